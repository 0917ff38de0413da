import { openStream } from "../support/answers.js";
import type { Suite } from "../support/cases.js";

/** How a source is made, and what the class is like. The same in a window and in every kind of worker. */
export const construction: Suite = {
  cases: [
    {
      name: "eventsource-constructor-no-arguments",
      expected: ["TypeError", "TypeError"],
      observe: ({ run }) =>
        run(({ Source }) => {
          const nameOfThrown = (code: () => unknown) => {
            try {
              code();
              return "nothing";
            } catch (error) {
              return (error as Error).name;
            }
          };
          const AnyClass = Source as unknown as { new (): EventSource; (url: string): EventSource };
          return [nameOfThrown(() => new AnyClass()), nameOfThrown(() => AnyClass("/"))];
        }),
    },
    {
      name: "eventsource-constructor-url-bogus",
      expected: ["SyntaxError", true],
      observe: ({ run }) =>
        run(({ Source }) => {
          try {
            return [new Source("http://invalid:port/").url];
          } catch (error) {
            return [(error as Error).name, error instanceof DOMException];
          }
        }),
    },
    {
      name: "eventsource-constructor-stringify",
      expected: ["object", "URL", "null", "17"],
      observe: ({ run, serve }) =>
        run(({ Source }, url) => {
          const lastPart = (address: string) => address.slice(address.lastIndexOf("/") + 1);
          const urls = [{ toString: () => `${url}/object` }, new URL(`${url}/URL`), null, 17];
          return urls.map((each) => lastPart(new Source(each as URL).url));
        }, serve(openStream()).url),
    },
    {
      name: "eventsource-url: absolute, serialized, with its fragment",
      expected: ["/resource/x?a=%C3%B6#b", "/b", "http://localhost/"],
      observe: ({ run }) =>
        run(({ Source }) =>
          ["resource/x?a=ö#b", "/a/../b", "HTTP://LOCALHOST:80"].map((url) =>
            new Source(url).url.replace(location.origin, ""),
          ),
        ),
    },
    {
      name: "eventsource-prototype: the states on the class, on what it makes, and on the prototype",
      expected: { class: [0, 1, 2], instance: [0, 1, 2], prototype: [0, 1, 2] },
      observe: ({ run, serve }) =>
        run(({ Source }, url) => {
          const statesOf = (holder: { CONNECTING: number; OPEN: number; CLOSED: number }) =>
            [holder.CONNECTING, holder.OPEN, holder.CLOSED].filter((state) => state !== undefined);
          const instance = statesOf(new Source(url));
          return { class: statesOf(Source), instance, prototype: statesOf(Source.prototype) };
        }, serve(openStream()).url),
    },
    {
      name: "eventsource-prototype: can be extended, and the handlers begin as null",
      expected: { added: true, target: true, handlers: [null, null, null], withCredentials: [false, true] },
      observe: ({ run, serve }) =>
        run(({ Source }, url) => {
          const prototype = Source.prototype as unknown as { added?: () => boolean };
          prototype.added = () => true;
          const source = new Source(url);
          const added = (source as unknown as { added(): boolean }).added();
          delete prototype.added;
          return {
            added,
            target: source instanceof EventTarget,
            handlers: [source.onopen, source.onmessage, source.onerror],
            withCredentials: [source.withCredentials, new Source(url, { withCredentials: true }).withCredentials],
          };
        }, serve(openStream()).url),
    },
  ],
  differences: {
    "eventsource-constructor-url-bogus": {
      SSEClient: {
        observed: ["TypeError", false],
        why: "on purpose and documented: what `new URL` throws, in Node too",
      },
    },
    "eventsource-prototype: the states on the class, on what it makes, and on the prototype": {
      SSEClient: {
        observed: { class: [0, 1, 2], instance: [0, 1, 2], prototype: [] },
        why: "class fields, which the prototype has none of",
      },
    },
  },
};
