import { AT_ONCE, events, inTurn, openStream, redirect, stream } from "./support/answers.js";
import type { Subject } from "./support/bench.js";
import { type Case, type Differences, runCases } from "./support/cases.js";
import type { Answer, Resource } from "./support/resource.js";

/** What becomes of the first attempt: the ready state at its `open`, or at its `error`. */
const outcome = ({ run }: Subject, url: string) =>
  run(
    ({ Source }, address) =>
      new Promise<string>((resolve) => {
        const source = new Source(address);
        source.onopen = () => resolve(`open, state ${source.readyState}`);
        source.onmessage = () => resolve("message without open");
        source.onerror = () => resolve(`error, state ${source.readyState}`);
        source.addEventListener("close", () => resolve("close, and no error")); // an EventSource has none
      }),
    url,
  );
const OPENED = "open, state 1";
const FAILED = "error, state 2";
const RETRIES = "error, state 0";

const outcomeOf = (name: string, expected: string, answer: (serve: Subject["serve"]) => Answer): Case => ({
  name,
  expected,
  observe: (subject) => outcome(subject, subject.serve(answer(subject.serve)).url),
});

const withType = (type: string | null, expected: string, name = String(type)) =>
  outcomeOf(`format-mime: ${name}`, expected, () => stream(events("1"), { type }));

const withStatus = (status: number) =>
  outcomeOf(`request-status-error: ${status}`, FAILED, () => stream("", { status }));

const redirected = (status: number): Case => ({
  name: `request-redirect: ${status}`,
  expected: { url: "the first", requests: [1, 1], message: "there" },
  observe: async ({ run, serve }) => {
    const target = serve(openStream(events("there")));
    const first = serve(redirect(status, target.url));
    const { url, data } = await run(async ({ Source, next }, address) => {
      const source = new Source(address);
      return { data: (await next(source, "message")).data, url: source.url };
    }, first.url);
    return {
      url: url === first.url ? "the first" : url,
      requests: [first.asked.length, target.asked.length],
      message: data,
    };
  },
});

/** The headers of a first request and of one after a reconnection. */
const headersOf = (name: string, header: string, first: string, expected: readonly (string | undefined)[]): Case => ({
  name,
  expected,
  observe: async ({ run, serve }) => {
    const resource = serve(inTurn(stream(first), openStream()));
    await run(({ Source }, url) => void new Source(url), resource.url);
    await resource.request(2);
    return resource.asked.map(({ headers }) => decode(headers[header]));
  },
});

/** Node gives the bytes of a header as one character each. */
const decode = (header: string | string[] | undefined) =>
  header === undefined ? undefined : Buffer.from(String(header), "latin1").toString();

const lastEventId = (name: string, body: string, sent: string | undefined) =>
  headersOf(name, "last-event-id", `${AT_ONCE}${body}`, [undefined, sent]);

const methods = (resource: Resource) => resource.asked.map(({ method }) => method);

const cases: readonly Case[] = [
  headersOf("request-accept", "accept", AT_ONCE, ["text/event-stream", "text/event-stream"]),
  headersOf("request-cache-control", "cache-control", AT_ONCE, ["no-cache", "no-cache"]),
  {
    name: "request-cache-control: what could be cached is asked for again",
    expected: 2,
    observe: async ({ run, serve }) => {
      const resource = serve(stream(events("1")));
      for (let n = 0; n < 2; n++) await run(({ Source, read }, url) => read(new Source(url)), resource.url);
      return resource.asked.length;
    },
  },
  {
    name: "request-post-to-connect: a GET, from a page that was posted for",
    expected: { methods: ["POST", "GET", "GET"], data: "1" },
    observe: async ({ run, serve, page, pageUrl }) => {
      const html = "<!doctype html><script src='/tools.js'></script>";
      const posted = serve(
        inTurn(stream(html, { type: "text/html" }), stream(`${AT_ONCE}\n`), openStream(events("1"))),
      );
      try {
        await Promise.all([
          page.waitForURL(posted.url),
          page.evaluate((action) => {
            const form = Object.assign(document.createElement("form"), { method: "POST", action });
            document.body.append(form);
            form.submit();
          }, posted.url),
        ]);
        const data = await run(async ({ Source, next }) => (await next(new Source(""), "message")).data);
        return { methods: methods(posted), data };
      } finally {
        await page.goto(pageUrl);
      }
    },
  },

  withType("text/event-stream", OPENED),
  withType("TEXT/Event-Stream", OPENED),
  withType("text/event-stream;", OPENED, "trailing semicolon"),
  withType("text/event-stream ; charset=UTF-8", OPENED),
  withType("text/event-stream;charset=utf-8;x=y", OPENED),
  withType("text/event-stream;x=bogus", OPENED, "valid, with a bogus parameter"),
  withType("text/event-stream;;;===", OPENED),
  withType("text/x-bogus", FAILED, "bogus"),
  withType("text/event-streams", FAILED),
  withType("text/event-stream x", FAILED),
  withType("text/plain;text/event-stream", FAILED),
  withType("text/html", FAILED),
  withType("", FAILED, "empty"),
  withType(null, FAILED, "none"),

  ...[204, 205, 210, 299, 400, 401, 403, 404, 408, 410, 425, 429, 500, 502, 503, 504].map(withStatus),
  outcomeOf("request-status-error: a redirect to an error", FAILED, (serve) =>
    redirect(302, serve(stream("", { status: 404 })).url),
  ),
  outcomeOf("request-redirect: without a location", FAILED, () => stream("", { status: 302 })),
  outcomeOf("request-status-error: 200 with an empty stream", OPENED, () => stream("")),

  ...[301, 302, 303, 307, 308].map(redirected),
  {
    name: "request-redirect: a reconnection asks where the redirect led",
    expected: { first: 1, target: 2, data: "again" },
    observe: async ({ run, serve }) => {
      const target = serve(inTurn(stream(AT_ONCE), openStream(events("again"))));
      const first = serve(redirect(307, target.url));
      const data = await run(async ({ Source, next }, url) => (await next(new Source(url), "message")).data, first.url);
      return { first: first.asked.length, target: target.asked.length, data };
    },
  },

  lastEventId("last-event-id: none is sent for none", "data: 1\n\n", undefined),
  lastEventId("last-event-id: of the last event", "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n", "2"),
  lastEventId("last-event-id: of a block without data", "id: 1\ndata: 1\n\nid: 2\n\n", "2"),
  lastEventId("last-event-id: not of an unfinished block", "id: 1\ndata: 1\n\nid: 2\ndata: 2\n", "1"),
  lastEventId("last-event-id: none once it was reset", "id: 1\ndata: 1\n\nid\n\n", undefined),
  lastEventId("last-event-id: in UTF-8", "id: …ö€😀\ndata: 1\n\n", "…ö€😀"),
  lastEventId("last-event-id: with a space inside", "id: a b\ndata: 1\n\n", "a b"),
  lastEventId("format-field-id-null: not with a NUL", "id: 1\ndata: 1\n\nid: 2\0\ndata: 2\n\n", "1"),
  {
    name: "format-field-id-2: is kept from connection to connection, until it is reset",
    expected: { sent: [undefined, "1", "1", undefined], seen: ["1", "1", "", ""] },
    observe: async ({ run, serve }) => {
      const resource = serve(
        inTurn(
          stream(`${AT_ONCE}id: 1\ndata: a\n\n`),
          stream(events("b")),
          stream(`id:\n${events("c")}`),
          openStream(events("d")),
        ),
      );
      const seen = await run(
        ({ Source }, url) =>
          new Promise<string[]>((resolve) => {
            const ids: string[] = [];
            new Source(url).onmessage = ({ lastEventId: id }) => {
              ids.push(id);
              if (ids.length === 4) resolve(ids);
            };
          }),
        resource.url,
      );
      return { sent: resource.asked.map(({ headers }) => headers["last-event-id"]), seen };
    },
  },
];

const overloaded = {
  SSEClient: {
    observed: RETRIES,
    why: "on purpose: whoever answers so means now, not never; the client comes back, later and later",
  },
};

const differences: Differences = {
  ...Object.fromEntries(
    [408, 425, 429, 500, 502, 503, 504].map((status) => [`request-status-error: ${status}`, overloaded]),
  ),
  "request-status-error: 204": {
    SSEClient: {
      observed: "close, and no error",
      why: "on purpose: it says that there is no more, which is an end and no error",
    },
  },
  "request-accept": {
    SSEClient: {
      observed: Array(2).fill("text/event-stream, application/problem+json"),
      why: "a choice: it reads why it was refused, and a server that drains can tell it from an EventSource, which it answers otherwise",
    },
  },
  "format-mime: text/event-stream x": {
    EventSource: { observed: OPENED, why: "Chromium: reads a content type up to the first space" },
  },
  "request-redirect: a reconnection asks where the redirect led": {
    SSEClient: {
      observed: { first: 2, target: 2, data: "again" },
      why: "a choice: the request begins at the client's own URL each time, so that a redirect can change; the specification fetches the redirected request again",
    },
  },
};

runCases({ cases, differences });
