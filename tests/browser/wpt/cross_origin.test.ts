import type { OutgoingHttpHeaders } from "node:http";
import { AT_ONCE, events, inTurn, openStream, preflighted, redirect, stream } from "./support/answers.js";
import type { Subject } from "./support/bench.js";
import { type Case, type Differences, runCases } from "./support/cases.js";

/** What the server allows, of the page's origin. */
type Allowed = (origin: string) => OutgoingHttpHeaders;

const anyone: Allowed = () => ({ "Access-Control-Allow-Origin": "*" });
const thePage: Allowed = (origin) => ({ "Access-Control-Allow-Origin": origin });
const withCredentials: Allowed = (origin) => ({
  "Access-Control-Allow-Origin": origin,
  "Access-Control-Allow-Credentials": "true",
});
const someone =
  (origin: string): Allowed =>
  () => ({ "Access-Control-Allow-Origin": origin });

/** The first message, or the ready state at the first error. */
const outcome = ({ run }: Subject, url: string, credentials = false) =>
  run(
    ({ Source }, init) =>
      new Promise<string>((resolve) => {
        const source = new Source(init.url, { withCredentials: init.credentials });
        source.onmessage = ({ data, origin }) => resolve(`${data} from ${new URL(origin).hostname}`);
        source.onerror = () => resolve(`error, state ${source.readyState}`);
      }),
    { url, credentials },
  );
const FAILED = "error, state 2";
const RETRIES = "error, state 0";
const ARRIVED = "data from localhost";

const originOf = ({ pageUrl }: Subject) => new URL(pageUrl).origin;

const across = (name: string, expected: string, allowed: Allowed, credentials = false): Case => ({
  name: `eventsource-cross-origin: ${name}`,
  expected,
  observe: (subject) => {
    const answer = stream(events("data"), { headers: allowed(originOf(subject)) });
    return outcome(subject, subject.serve(answer).otherHostUrl, credentials);
  },
});

const elsewhere = (url: string): Case => ({
  name: `eventsource-constructor-non-same-origin: ${url}`,
  expected: FAILED,
  observe: (subject) => outcome(subject, url),
});

/** The cookies that the second of two requests has: the first one's answer sets one. */
const cookies = (name: string, expected: string | undefined, other: boolean, credentials: boolean): Case => ({
  name: `request-credentials: ${name}`,
  expected,
  observe: async (subject) => {
    const headers = withCredentials(originOf(subject));
    // A name for each case, for the cookies stay.
    const cookie = `${subject.client}-${other}-${credentials}`;
    const resource = subject.serve(
      inTurn(
        stream(AT_ONCE, { headers: { ...headers, "Set-Cookie": `${cookie}=set; Path=/` } }),
        openStream(":\n", headers),
      ),
    );
    const init = { url: other ? resource.otherPortUrl : resource.url, withCredentials: credentials };
    await subject.run(({ Source }, { url, ...rest }) => void new Source(url, rest), init);
    const sent = (await resource.request(2)).headers.cookie?.split("; ");
    return sent?.find((each) => each.startsWith(cookie))?.replace(cookie, "cookie");
  },
});

/** The methods by which a reconnection with an id comes, from one origin to another. */
const preflights = (name: string, id: string): Case => ({
  name: `eventsource-cross-origin-preflight: ${name}`,
  expected: ["GET without id", "GET with id"],
  observe: async (subject) => {
    const headers = { ...anyone(""), "Access-Control-Allow-Headers": "Last-Event-ID" };
    const first = stream(`${AT_ONCE}id: ${id}\n${events("1")}`, { headers });
    const resource = subject.serve(preflighted(headers, inTurn(first, openStream(events("2"), headers))));
    await subject.run(
      ({ Source }, url) =>
        new Promise<void>((resolve) => {
          new Source(url).onmessage = ({ data }) => {
            if (data === "2") resolve();
          };
        }),
      resource.otherHostUrl,
    );
    return resource.asked.map(({ method, url, headers: sent }) => {
      if (url?.includes("lastEventId=")) return `${method} with id in its query`;
      return `${method} ${sent["last-event-id"] === undefined ? "without" : "with"} id`;
    });
  },
});

const cases: readonly Case[] = [
  across("anyone may", ARRIVED, anyone),
  across("the page may", ARRIVED, thePage),
  across("the page may, with credentials", ARRIVED, withCredentials, true),
  across("credentials are allowed, but none are sent", ARRIVED, withCredentials),
  across("nobody was said to", FAILED, () => ({})),
  across("someone else may", FAILED, someone("http://example.org")),
  across("an empty origin may", FAILED, someone("")),
  across("anyone may, but not with credentials", FAILED, anyone, true),
  across("the page may, but not with credentials", FAILED, thePage, true),
  {
    name: "eventsource-cross-origin: redirected from the own origin to another",
    expected: ARRIVED,
    observe: (subject) => {
      const target = subject.serve(stream(events("data"), { headers: withCredentials(originOf(subject)) }));
      return outcome(subject, subject.serve(redirect(302, target.otherHostUrl)).url, true);
    },
  },
  {
    name: "eventsource-cross-origin: redirected from another origin that does not allow it",
    expected: FAILED,
    observe: (subject) => {
      const target = subject.serve(stream(events("data"), { headers: withCredentials(originOf(subject)) }));
      return outcome(subject, subject.serve(redirect(302, target.otherHostUrl)).otherHostUrl);
    },
  },
  {
    name: "eventsource-cross-origin: a reconnection that is no longer allowed",
    expected: FAILED,
    observe: ({ run, serve }) =>
      run(
        async ({ Source, next }, url) => {
          const source = new Source(url);
          await next(source, "error");
          await next(source, "error");
          return `error, state ${source.readyState}`;
        },
        serve(inTurn(stream(`${AT_ONCE}${events("1")}`, { headers: anyone("") }), stream(events("2")))).otherHostUrl,
      ),
  },

  ...["ftp://localhost/x", "about:blank", "mailto:a@b.invalid", "javascript:void 0", "data:text/plain,x"].map(
    elsewhere,
  ),

  cookies("to the own origin", "cookie=set", false, false),
  cookies("to the own origin, asked for", "cookie=set", false, true),
  cookies("to another origin of the same site, none", undefined, true, false),
  cookies("to another origin of the same site, asked for", "cookie=set", true, true),

  preflights("an id that is short and plain", "abc-1"),
  preflights("a long id", "x".repeat(129)),
  preflights("an id with a parenthesis", "a(b"),
];

const notTold = {
  SSEClient: {
    observed: RETRIES,
    why: "`fetch` does not tell what is forbidden or futile from a lost connection; the client tries again, as the specification lets it",
  },
};
const inTheQuery = {
  SSEClient: {
    observed: ["GET without id", "GET with id in its query"],
    why: "on purpose: `fetch` asks before it sends a `Last-Event-ID` elsewhere (whatwg/fetch#568), and few servers allow it",
  },
};

const differences: Differences = {
  "eventsource-cross-origin: nobody was said to": notTold,
  "eventsource-cross-origin: someone else may": notTold,
  "eventsource-cross-origin: an empty origin may": notTold,
  "eventsource-cross-origin: anyone may, but not with credentials": notTold,
  "eventsource-cross-origin: the page may, but not with credentials": notTold,
  "eventsource-cross-origin: redirected from another origin that does not allow it": notTold,
  "eventsource-cross-origin: a reconnection that is no longer allowed": notTold,
  "eventsource-constructor-non-same-origin: ftp://localhost/x": notTold,
  "eventsource-constructor-non-same-origin: about:blank": notTold,
  "eventsource-constructor-non-same-origin: mailto:a@b.invalid": notTold,
  "eventsource-constructor-non-same-origin: javascript:void 0": notTold,
  "eventsource-cross-origin-preflight: an id that is short and plain": inTheQuery,
  "eventsource-cross-origin-preflight: a long id": inTheQuery,
  "eventsource-cross-origin-preflight: an id with a parenthesis": inTheQuery,
};

runCases({ cases, differences });
