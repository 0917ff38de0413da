import { events, openStream, redirect } from "../support/answers.js";
import type { Suite } from "../support/cases.js";

/** What listeners get, and in which order. The same in a window and in every kind of worker. */
export const listeners: Suite = {
  cases: [
    {
      name: "eventsource-onopen",
      expected: { before: 0, state: 1, type: "open", class: "Event", flags: [false, false], data: false, this: true },
      observe: ({ run, serve }) =>
        run(({ Source }, url) => {
          const source = new Source(url);
          const before = source.readyState;
          return new Promise<object>((resolve) => {
            source.onopen = function (event) {
              const { type, bubbles, cancelable } = event;
              const flags = [bubbles, cancelable];
              const rest = { class: event.constructor.name, flags, data: "data" in event, this: this === source };
              resolve({ before, state: source.readyState, type, ...rest });
            };
          });
        }, serve(openStream()).url),
    },
    {
      name: "eventsource-onmessage",
      expected: {
        type: "message",
        data: "1",
        id: "",
        class: "[object MessageEvent]",
        flags: [false, false],
        source: null,
        ports: 0,
      },
      observe: ({ run, serve }) =>
        run(
          async ({ Source, next }, url) => {
            const event = await next(new Source(url), "message");
            const { type, data, lastEventId, bubbles, cancelable, source, ports } = event;
            const flags = [bubbles, cancelable];
            const named = Object.prototype.toString.call(event);
            return { type, data, id: lastEventId, class: named, flags, source, ports: ports.length };
          },
          serve(openStream(events("1"))).url,
        ),
    },
    {
      name: "eventsource-onmessage-trusted",
      expected: true,
      observe: ({ run, serve }) =>
        run(
          async ({ Source, next }, url) => (await next(new Source(url), "message")).isTrusted,
          serve(openStream(events("1"))).url,
        ),
    },
    {
      name: "eventsource-onmessage: the origin is where the last redirect led",
      expected: "the other",
      observe: async ({ run, serve }) => {
        const headers = { "Access-Control-Allow-Origin": "*" };
        const target = serve(openStream(events("1"), headers));
        const first = serve(redirect(302, target.otherHostUrl, headers));
        const origin = await run(
          async ({ Source, next }, url) => (await next(new Source(url), "message")).origin,
          first.url,
        );
        return origin === new URL(target.otherHostUrl).origin ? "the other" : origin;
      },
    },
    {
      name: "eventsource-eventtarget: objects, once, signals and removed listeners",
      expected: ["function 1", "object 1", "once 1", "signal 1", "function 2", "object 2"],
      observe: ({ run, serve }) =>
        run(
          async ({ Source, next }, url) => {
            const source = new Source(url);
            const heard: string[] = [];
            const as = (name: string) => (event: MessageEvent) => void heard.push(`${name} ${event.data}`);
            const removed = as("removed");
            const abort = new AbortController();
            source.addEventListener("test", as("function"));
            source.addEventListener("test", { handleEvent: as("object") });
            source.addEventListener("test", as("once"), { once: true });
            source.addEventListener("test", as("signal"), { signal: abort.signal });
            source.addEventListener("test", () => abort.abort());
            source.addEventListener("test", removed);
            source.removeEventListener("test", removed);
            await next(source, "message");
            return heard;
          },
          serve(openStream(`event: test\ndata: 1\n\nevent: test\ndata: 2\n\n${events("end")}`)).url,
        ),
    },
    {
      name: "eventsource-onmessage: a handler has the place of its first assignment among the listeners",
      expected: ["before", "handler", "after"],
      observe: ({ run, serve }) =>
        run(
          ({ Source }, url) =>
            new Promise<string[]>((resolve) => {
              const source = new Source(url);
              const order: string[] = [];
              source.addEventListener("message", () => void order.push("before"));
              source.onmessage = () => void order.push("not called: replaced");
              source.addEventListener("message", () => {
                order.push("after");
                queueMicrotask(() => resolve(order));
              });
              source.onmessage = () => void order.push("handler");
            }),
          serve(openStream(events("1"))).url,
        ),
    },
    {
      name: "eventsource-onmessage: what is no function or object is no handler",
      expected: [null, null],
      observe: ({ run, serve }) =>
        run(({ Source }, url) => {
          const source = new Source(url);
          return ["text", 5].map((value) => Reflect.set(source, "onmessage", value) && source.onmessage);
        }, serve(openStream()).url),
    },
  ],
  differences: {
    "eventsource-onmessage-trusted": {
      SSEClient: { observed: false, why: "only the browser makes trusted events" },
    },
    "eventsource-onmessage: a handler has the place of its first assignment among the listeners": {
      SSEClient: { observed: ["handler", "before", "after"], why: "handlers are fields, and always come first" },
    },
    "eventsource-onmessage: what is no function or object is no handler": {
      SSEClient: { observed: ["text", 5], why: "handlers are fields; TypeScript allows functions and null only" },
    },
  },
};
