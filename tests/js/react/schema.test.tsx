/** @jest-environment ./tests/js/react/page-environment.mjs */
import { render } from "@testing-library/react";
import { z } from "zod";
import { useEventSource } from "../../../js/src/react/index.js";
import { settle, until } from "../client/scripted-server.js";
import { probe, serverPerTest, shows } from "./helpers.js";

const server = serverPerTest();

test("with a validator data is what it makes of it; what it refuses is an error and no message", async () => {
  const heard: unknown[] = [];
  const schema = { at: z.iso.date().transform((text) => new Date(text).getUTCFullYear()) };
  const view = probe(server.url, {
    schema,
    onMessage: ({ type, json }) => heard.push([type, json]),
    onError: ({ code, raw }) => heard.push([code, raw]),
  });
  const exchange = await server.next();
  exchange.stream('event: at\ndata: "2024-05-06"\n\nevent: at\ndata: 7\n\nid: 3\nevent: at\ndata: {\n\n');
  await shows(view, ({ error }) => error?.code === "INVALID_JSON");
  expect(view.last).toMatchObject({ data: 2024, isConnected: true, lastEventId: "3" });
  expect(view.last.history).toEqual([{ event: "at", type: "at", data: 2024, id: "", lastEventId: "" }]);
  expect(heard).toEqual([
    ["at", 2024],
    ["INVALID_DATA", "7"],
    ["INVALID_JSON", "{"],
  ]);
});

test("what is refused shows at once, by itself and though events are throttled", async () => {
  const view = probe(server.url, { schema: { n: z.number() }, throttleMs: 2147483647 });
  const exchange = await server.next();
  exchange.stream("event: n\ndata: 1\n\n");
  await shows(view, ({ data }) => data === 1);
  exchange.write('event: n\ndata: "x"\n\n');
  await shows(view, ({ error }) => error?.code === "INVALID_DATA");
  expect(view.last).toMatchObject({ data: 1, isConnected: true });
});

test("types without a validator are parsed where they are JSON, whatever they are called", async () => {
  const view = probe(server.url, { schema: { checked: z.number() } });
  const exchange = await server.next();
  exchange.stream("event: constructor\ndata: {\n\nevent: __proto__\ndata: [1]\n\nevent: toString\ndata: 2\n\n");
  await shows(view, ({ data }) => data === 2);
  expect(view.last.history.map(({ data }) => data)).toEqual(["{", [1], 2]);
  expect(view.last.error).toBeNull();
});

test("a validator that throws, or gives a promise, refuses", async () => {
  const said: unknown[] = [];
  const validate = () => {
    throw new Error("in the validator");
  };
  const throwing = { "~standard": { version: 1, vendor: "test", validate } } as const;
  probe(server.url, {
    schema: { throwing, slow: z.string().refine(async () => true) },
    onMessage: ({ type }) => said.push(type),
    onError: ({ code, message }) => said.push(`${code} ${message}`),
  });
  const exchange = await server.next();
  exchange.stream('event: throwing\ndata: 1\n\nevent: slow\ndata: "x"\n\ndata: 2\n\n');
  await until(() => said.length === 3);
  expect(said).toEqual([
    expect.stringMatching(/^INVALID_DATA .*in the validator/),
    expect.stringMatching(/^INVALID_DATA .*asynchronous/),
    "message",
  ]);
});

test("one connection for the same validators, another one for others", async () => {
  const [text, twice] = [z.string(), z.string().transform((one) => one + one)];
  const a = probe(server.url, { schema: { note: text } });
  const b = probe(server.url, { schema: { note: text } });
  const c = probe(server.url, { schema: { note: twice } });
  (await server.next()).stream('event: note\ndata: "x"\n\n');
  (await server.next()).stream('event: note\ndata: "x"\n\n');
  await shows(a, ({ data }) => data === "x");
  await shows(b, ({ data }) => data === "x");
  await shows(c, ({ data }) => data === "xx");
  expect(server.requests).toBe(2);
});

function Progress({ url }: { url: string }) {
  const { data, state } = useEventSource(url, {
    // Made at each render; typed by the compiler.
    schema: { progress: z.object({ done: z.number() }) },
    onMessage: (event) => event.json.done.toFixed(),
  });
  return <p>{`${state} ${data?.done.toFixed(1)}`}</p>;
}

test("validators that are made at each render are one connection; for another URL the new ones count", async () => {
  const { container, rerender } = render(<Progress url={`${server.origin}/a`} />);
  const first = await server.next();
  first.stream('event: progress\ndata: {"done":1}\n\n');
  await until(() => container.textContent === "connected 1.0");
  rerender(<Progress url={`${server.origin}/a`} />);
  first.write('event: progress\ndata: {"done":2}\n\n');
  await until(() => container.textContent === "connected 2.0");
  await settle();
  expect(server.requests).toBe(1);

  const view = probe(`${server.origin}/b`, { schema: { n: z.literal(1) } });
  await server.next();
  view.update(`${server.origin}/c`, { schema: { n: z.literal(2) } });
  (await server.next()).stream("event: n\ndata: 1\n\nevent: n\ndata: 2\n\n");
  await shows(view, ({ data }) => data === 2);
  expect(view.last.history).toHaveLength(1);
});
