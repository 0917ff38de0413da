import { connection } from "./cases/connection.js";
import { construction } from "./cases/construction.js";
import { listeners } from "./cases/listeners.js";
import { events, inTurn, openStream, stream } from "./support/answers.js";
import { runIn } from "./support/bench.js";
import { runCases, type Suite, together } from "./support/cases.js";
import type { ClientName, PageTools, Tools } from "./support/tools.js";

// Left out: eventsource-constructor-document-domain. Assigning document.domain does nothing in Chromium any more, which
// keys its agent clusters by origin; and nothing in either client depends on it.

/** What an iframe of the page's makes of a class of its own that the page calls. */
interface Framed {
  readonly url: string;
  readonly ownClass: boolean;
}

const framePage = (charset = "utf-8") =>
  stream("<script src='/tools.js'></script>", { type: `text/html; charset=${charset}` });

const inFrame = (client: ClientName, frameUrl: string, url: string) =>
  [
    async (_: unknown, arg: { client: ClientName; frameUrl: string; url: string }): Promise<Framed> => {
      const frame = document.createElement("iframe");
      frame.src = arg.frameUrl;
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
      document.body.append(frame);
      await loaded;
      const inner = frame.contentWindow as unknown as typeof globalThis & { pageTools: PageTools };
      const source = new inner.pageTools.clients[arg.client](arg.url);
      const event = await new Promise<MessageEvent>((resolve) => source.addEventListener("message", resolve));
      source.close();
      const { url: address } = source;
      frame.remove();
      return { url: address, ownClass: event instanceof inner.MessageEvent };
    },
    { client, frameUrl, url },
  ] as const;

const windowOnly: Suite = {
  cases: [
    {
      name: "eventsource-constructor-url-multi-window: relative to the frame that has the class",
      expected: "?stream",
      observe: async ({ client, run, serve }) => {
        const frame = serve(inTurn(framePage(), openStream(events("1"))));
        return (await run(...inFrame(client, frame.url, "?stream"))).url.replace(frame.url, "");
      },
    },
    {
      name: "eventsource-onmessage-realm: that of the class",
      expected: true,
      observe: async ({ client, run, serve }) => {
        const frame = serve(inTurn(framePage(), openStream(events("1"))));
        return (await run(...inFrame(client, frame.url, "?stream"))).ownClass;
      },
    },
    {
      name: "eventsource-url: in the encoding of the document",
      expected: "?%F6",
      observe: async ({ client, run, serve }) => {
        const frame = serve(inTurn(framePage("windows-1252"), openStream(events("1"))));
        return new URL((await run(...inFrame(client, frame.url, "?ö"))).url).search;
      },
    },
    {
      name: "eventsource-url: against the base of the document",
      expected: "/folder/stream",
      observe: ({ run }) =>
        run(({ Source }) => {
          const base = Object.assign(document.createElement("base"), { href: "/folder/" });
          document.head.append(base);
          const { url } = new Source("stream");
          base.remove();
          return url.replace(location.origin, "");
        }),
    },
    {
      name: "eventsource-constructor-empty-url: the document, which is no stream",
      expected: { own: true, state: 2 },
      observe: ({ run }) =>
        run(async ({ Source, next }) => {
          const source = new Source("");
          await next(source, "error");
          return { own: source.url === location.href, state: source.readyState };
        }),
    },
    {
      name: "eventsource-request-cancellation: window.stop()",
      expected: { state: 2, heard: ["error"] },
      observe: async ({ run, serve }) => {
        // Its head never comes, so the client is still connecting.
        const silent = serve(() => {});
        const observed = run(async ({ Source, next }, url) => {
          const source = new Source(url);
          const heard: string[] = [];
          for (const type of ["open", "message", "error"]) source.addEventListener(type, () => void heard.push(type));
          await next(source, "error");
          return { state: source.readyState, heard };
        }, silent.url);
        await silent.request(1);
        await run(() => window.stop());
        return observed;
      },
    },
    {
      name: "eventsource-close: a worker that is terminated takes its connection with it",
      expected: "closed",
      observe: async ({ client, run, serve }) => {
        const resource = serve(openStream(events("1")));
        const code = ({ Source, next }: Tools, url: string) => next(new Source(url), "message").then(() => {});
        await run(
          async (_, job) => {
            const worker = new Worker("/tools.js");
            const ran = new Promise((resolve) => worker.addEventListener("message", resolve));
            worker.postMessage(job);
            await ran;
            worker.terminate();
          },
          { client, code: String(code), arg: resource.url },
        );
        await resource.closed(1);
        return "closed";
      },
    },
    {
      name: "eventsource-close: a page that goes takes its connection with it",
      expected: "closed",
      observe: async ({ page, client, serve }) => {
        const resource = serve(openStream(events("1")));
        const other = await page.context().newPage();
        await other.goto(page.url());
        const code = async ({ Source, next }: Tools, url: string) => void (await next(new Source(url), "message"));
        await runIn(other, "window", client, code, resource.url);
        await other.close();
        await resource.closed(1);
        return "closed";
      },
    },
  ],
  differences: {
    "eventsource-url: in the encoding of the document": {
      SSEClient: { observed: "?%C3%B6", why: "`new URL` knows no encoding but UTF-8" },
    },
    "eventsource-request-cancellation: window.stop()": {
      SSEClient: {
        observed: { state: 0, heard: ["error"] },
        why: "`fetch` does not tell a stopped page from a lost connection; the client connects again",
      },
    },
  },
};

runCases(together(construction, listeners, connection, windowOnly));
