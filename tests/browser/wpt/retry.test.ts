import { stream } from "./support/answers.js";
import { type Case, type Differences, runCases } from "./support/cases.js";

const LONG = "retry: 1000000000\n";

/** Which of the two comes back first: who is told to wait 1.5 s, or who reads this. No clock is asked. */
const firstBack = (name: string, body: string, expected: "subject" | "reference" = "subject"): Case => ({
  name,
  expected,
  observe: async ({ serve, run }) => {
    const subject = serve(stream(`${body}\n`));
    const reference = serve(stream("retry: 1500\n\n"));
    await run(
      ({ Source, Native }, urls) => {
        new Native(urls.reference);
        new Source(urls.subject);
      },
      { subject: subject.url, reference: reference.url },
    );
    return Promise.race([subject.request(2).then(() => "subject"), reference.request(2).then(() => "reference")]);
  },
});

const bogus = [
  "1000000000x",
  "-1000000000",
  "+1000000000",
  "1000000000.5",
  "1e9",
  "0x3b9aca00",
  "  1000000000",
  "1000000000 ",
  "١٠٠٠٠٠٠٠٠٠",
];

const cases: readonly Case[] = [
  firstBack("format-field-retry: a short one counts", "retry: 1\n"),
  firstBack("format-field-retry: leading zeros, no space", "retry:0001\n"),
  firstBack("format-field-retry: a long one counts", LONG, "reference"),
  firstBack("format-field-retry: the last one counts", `${LONG}retry: 1\n`),
  firstBack("format-field-retry: without an empty line after it", "retry: 1"),
  ...bogus.map((value) =>
    firstBack(`format-field-retry-bogus: ${JSON.stringify(value)}`, `retry: 1\nretry:${value}\n`),
  ),
  firstBack("format-field-retry-bogus: the name is lower case", `retry: 1\n${LONG.toUpperCase()}`),
  firstBack("format-field-retry-empty: changes nothing", "retry: 1\nretry\nretry:\n"),
];

const differences: Differences = {
  "format-field-retry-empty: changes nothing": {
    EventSource: { observed: "reference", why: "Chromium: an empty one sets its default of 3 s again" },
  },
};

runCases({ cases, differences });
