import { AT_ONCE, events, inTurn, openStream, stream } from "../support/answers.js";
import type { Suite } from "../support/cases.js";

/** How a source is closed, and how it comes back. The same in a window and in every kind of worker. */
export const connection: Suite = {
  cases: [
    {
      name: "eventsource-close: in the handler of its opening",
      expected: [0, 1, 2],
      observe: async ({ run, serve }) => {
        const resource = serve(openStream());
        const states = await run(async ({ Source, next }, url) => {
          const source = new Source(url);
          const seen = [source.readyState];
          await next(source, "open");
          seen.push(source.readyState);
          source.close();
          return [...seen, source.readyState];
        }, resource.url);
        await resource.closed(1);
        return states;
      },
    },
    {
      name: "eventsource-close: at once, before there is a request",
      expected: { state: 2, heard: [], requests: 0 },
      observe: async ({ run, serve }) => {
        const closed = serve(openStream(events("1")));
        const other = serve(openStream(events("1")));
        const observed = await run(
          async ({ Source, next }, urls) => {
            const source = new Source(urls.closed);
            const heard: string[] = [];
            for (const type of ["open", "message", "error"]) source.addEventListener(type, () => void heard.push(type));
            source.close();
            source.close();
            await next(new Source(urls.other), "message");
            return { state: source.readyState, heard };
          },
          { closed: closed.url, other: other.url },
        );
        return { ...observed, requests: closed.asked.length };
      },
    },
    {
      name: "eventsource-close: in the middle of messages that came together",
      expected: ["1", "2"],
      observe: ({ run, serve }) =>
        run(
          async ({ Source, next }, urls) => {
            const source = new Source(urls.messages);
            const heard: string[] = [];
            const ended = new Promise<void>((resolve) => {
              source.onmessage = ({ data }) => {
                heard.push(data);
                if (data !== "2") return;
                source.close();
                resolve();
              };
            });
            await ended;
            await next(new Source(urls.other), "message");
            return heard;
          },
          { messages: serve(openStream(events("1", "2", "3", "4"))).url, other: serve(openStream(events("1"))).url },
        ),
    },
    {
      name: "eventsource-close: in the wait for a reconnection",
      expected: { states: [0, 2], requests: 1 },
      observe: async ({ run, serve }) => {
        const closed = serve(stream(`${AT_ONCE}\n`));
        const other = serve(inTurn(stream(`${AT_ONCE}\n`), openStream(events("1"))));
        const states = await run(
          async ({ Source, next }, urls) => {
            const source = new Source(urls.closed);
            await next(source, "error");
            const before = source.readyState;
            source.close();
            await next(new Source(urls.other), "message");
            return [before, source.readyState];
          },
          { closed: closed.url, other: other.url },
        );
        return { states, requests: closed.asked.length };
      },
    },
    {
      name: "eventsource-reconnect: until an answer is final",
      expected: ["open 1", "message 1", "error 0", "open 1", "message 1", "error 0", "error 2"],
      observe: ({ run, serve }) =>
        run(
          ({ Source }, url) =>
            new Promise<string[]>((resolve) => {
              const source = new Source(url);
              const heard: string[] = [];
              for (const type of ["open", "message", "error"]) {
                source.addEventListener(type, () => {
                  heard.push(`${type} ${source.readyState}`);
                  if (source.readyState === 2) resolve(heard);
                });
              }
              source.addEventListener("close", () => resolve(heard)); // an EventSource has none
            }),
          serve(inTurn(stream(`${AT_ONCE}${events("1")}`), stream(events("2")), stream("", { status: 204 }))).url,
        ),
    },
    {
      name: "eventsource-reconnect: after a connection that was cut in the middle of an event",
      expected: ["1", "2"],
      observe: async ({ run, serve }) => {
        const cut = serve(inTurn(openStream(`${AT_ONCE}${events("1")}data: unfinished\n`), openStream(events("2"))));
        const seen = serve(({ res }) => {
          cut.cut(1);
          res.end();
        });
        return run(
          async ({ Source, next }, urls) => {
            const source = new Source(urls.cut);
            const { data } = await next(source, "message");
            // Not before: what has come but was not read yet may go down with the connection.
            const { data: second } = (await Promise.all([next(source, "message"), fetch(urls.seen)]))[0];
            return [data, second];
          },
          { cut: cut.url, seen: seen.url },
        );
      },
    },
  ],
  differences: {
    "eventsource-reconnect: until an answer is final": {
      SSEClient: {
        observed: ["open 1", "message 1", "error 0", "open 1", "message 1", "error 0"],
        why: "on purpose: 204 says that there is no more, which is an end and no error: `close` says so, with `completed`",
      },
    },
  },
};
