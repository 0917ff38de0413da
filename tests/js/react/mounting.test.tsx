/** @jest-environment ./tests/js/react/page-environment.mjs */
import { jest } from "@jest/globals";
import { Activity, type ReactNode, StrictMode, Suspense, startTransition, use, useEffect, useState } from "react";
import { type EventSourceResult, type UseEventSourceOptions, useEventSource } from "../../../js/src/react/index.js";
import { GRACE_MS } from "../../../js/src/react/store.js";
import { settle, until } from "../client/scripted-server.js";
import { mount, probe, serverPerTest, shows } from "./helpers.js";

const server = serverPerTest();

/** Collects what React complains of. */
let complaints: unknown[];
const { error } = console;
beforeEach(() => {
  complaints = [];
  console.error = (...all: unknown[]) => void complaints.push(all);
});
afterEach(() => {
  console.error = error;
  expect(complaints).toEqual([]);
});

function promiseOf<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((resolveIt) => {
    resolve = resolveIt;
  });
  return { promise, resolve };
}

interface SuspendingProps {
  readonly url: string;
  readonly waitFor?: Promise<string>;
  readonly heard?: unknown[];
}

function Suspending({ url, waitFor, heard = [] }: SuspendingProps) {
  const { data, state } = useEventSource(url, { onMessage: (message) => heard.push(message.json) });
  return <p>{`${state} ${data} ${waitFor ? use(waitFor) : ""}`}</p>;
}

test("a component that suspends before it is mounted connects to nothing until it is", async () => {
  const { promise, resolve } = promiseOf<string>();
  const page = mount(
    <StrictMode>
      <Suspense fallback="wait">
        <Suspending url={server.url} waitFor={promise} />
      </Suspense>
    </StrictMode>,
  );
  await until(() => page.container.textContent === "wait");
  await settle();
  expect(server.requests).toBe(0);
  resolve("there");
  await until(() => page.container.textContent === "connecting null there");
  (await server.next()).stream("data: 1\n\n");
  await until(() => page.container.textContent === "connected 1 there");
  expect(server.requests).toBe(1);
});

test("a component that suspends after it has subscribed keeps its connection, and shows what came meanwhile", async () => {
  const { promise, resolve } = promiseOf<string>();
  const heard: unknown[] = [];
  const element = (waitFor?: Promise<string>) => (
    <Suspense fallback="wait">
      <Suspending url={server.url} heard={heard} {...(waitFor && { waitFor })} />
    </Suspense>
  );
  const page = mount(element());
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await until(() => page.container.textContent === "connected 1 ");
  page.update(element(promise));
  await until(() => page.container.textContent?.includes("wait") === true);
  exchange.write("data: 2\n\n");
  await until(() => heard.length === 2);
  resolve("there");
  await until(() => page.container.textContent === "connected 2 there");
  expect(server.requests).toBe(1);
  page.unmount();
  await exchange.gone;
});

function Switching({ url, waitFor, heard }: Required<SuspendingProps>) {
  const [isWaiting, setWaiting] = useState(false);
  return (
    <Suspense fallback="wait">
      <button type="button" onClick={() => startTransition(() => setWaiting(true))} />
      <Suspending url={isWaiting ? `${url}?2` : url} heard={heard} {...(isWaiting && { waitFor })} />
    </Suspense>
  );
}

test("a transition to another URL that suspends keeps the old stream on show until it is done", async () => {
  const { promise, resolve } = promiseOf<string>();
  const heard: unknown[] = [];
  const page = mount(<Switching url={server.url} waitFor={promise} heard={heard} />);
  const first = await server.next();
  first.stream("data: 1\n\n");
  await until(() => page.container.textContent === "connected 1 ");
  page.container.querySelector("button")?.click();
  first.write("data: 2\n\n");
  await until(() => page.container.textContent === "connected 2 ");
  expect(server.requests).toBe(1);
  resolve("there");
  (await server.next()).stream("data: 3\n\n");
  await until(() => page.container.textContent === "connected 3 there");
  await first.gone;
  expect(heard).toEqual([1, 2, 3]);
});

test("a hidden Activity has no connection; visible again, it connects and goes on", async () => {
  const element = (mode: "hidden" | "visible") => (
    <Activity mode={mode}>
      <Suspending url={server.url} />
    </Activity>
  );
  const page = mount(element("hidden"));
  await until(() => page.container.textContent === "connecting null ");
  await settle();
  expect(server.requests).toBe(0);
  page.update(element("visible"));
  const first = await server.next();
  first.stream("data: 1\n\n");
  await until(() => page.container.textContent === "connected 1 ");
  page.update(element("hidden"));
  await first.gone;
  page.update(element("visible"));
  (await server.next()).stream("data: 2\n\n");
  await until(() => page.container.textContent === "connected 2 ");
  expect(server.requests).toBe(2);
});

test("an Activity that was hidden is told what it missed, and shows what it had until then", async () => {
  const heard: unknown[] = [];
  const element = (mode: "hidden" | "visible") => (
    <Activity mode={mode}>
      <Suspending url={server.url} heard={heard} />
    </Activity>
  );
  const page = mount(element("visible"));
  const first = await server.next();
  first.stream("id: e.1\ndata: 1\n\n");
  await until(() => page.container.textContent === "connected 1 ");
  page.update(element("hidden"));
  await first.gone;
  page.update(element("visible"));
  const second = await server.next();
  expect(second.lastEventId).toBe("e.1");
  expect(page.container.textContent).toMatch(/^(connecting|disconnected) 1 $/);
  second.stream("id: e.2\ndata: 2\n\nid: e.3\ndata: 3\n\n");
  await until(() => page.container.textContent === "connected 3 ");
  expect(heard).toEqual([1, 2, 3]);
});

function Answer({ url }: { url: string }) {
  const { data, state, completed } = useEventSource(url, { body: "ask" });
  return <p>{`${state} ${data} ${completed}`}</p>;
}

test("an answer that is complete, or was cut, is not asked for again by being shown again", async () => {
  const element = (mode: "hidden" | "visible") => (
    <Activity mode={mode}>
      <Answer url={server.url} />
    </Activity>
  );
  const page = mount(element("visible"));
  (await server.next()).stream('data: 1\n\nevent: millrace.end\ndata: {"reason":"done","reconnect":false}\n\n');
  await until(() => page.container.textContent === "disconnected 1 true");
  page.update(element("hidden"));
  await settle();
  page.update(element("visible"));
  await until(() => page.container.textContent === "disconnected 1 true");
  await settle();
  expect(page.container.textContent).toBe("disconnected 1 true");
  expect(server.requests).toBe(1);
  page.unmount();

  const cut = mount(element("visible"));
  const exchange = await server.next();
  exchange.stream('event: millrace.begin\ndata: {"resumes":false}\n\ndata: 2\n\n');
  await until(() => cut.container.textContent === "connected 2 false");
  cut.update(element("hidden"));
  await exchange.gone;
  cut.update(element("visible"));
  await until(() => cut.container.textContent === "disconnected 2 false");
  await settle();
  expect(cut.container.textContent).toBe("disconnected 2 false");
  expect(server.requests).toBe(2);
});

/** The grace ends when the test says so. */
function holdGrace() {
  const { setTimeout: real } = globalThis;
  const held: (() => void)[] = [];
  const begin = (run: () => void, ms?: number, ...rest: unknown[]) => {
    if (ms === GRACE_MS) held.push(run);
    return real(run, ms === GRACE_MS ? 1e9 : ms, ...rest);
  };
  jest.spyOn(globalThis, "setTimeout").mockImplementation(begin as typeof setTimeout);
  return { begun: (count: number) => until(() => held.length === count), end: () => held.at(-1)?.() };
}
afterEach(() => {
  jest.restoreAllMocks();
});

interface ToldProps extends UseEventSourceOptions {
  readonly url: string;
  readonly heard: unknown[];
  readonly onLeave?: () => void;
}

/** Notes what its component is told. */
function Told({ url, heard, onLeave, ...options }: ToldProps) {
  const { data } = useEventSource(url, {
    ...options,
    onMessage: ({ json }) => heard.push(json),
    onEvent: (type, given) => heard.push(`${type} ${given}`),
    onError: ({ code }) => heard.push(code),
    onClose: ({ reason }) => heard.push(reason),
  });
  useEffect(() => onLeave, [onLeave]);
  return <p>{`${data}`}</p>;
}

function shown(isShown: boolean, element: ReactNode) {
  return (
    <StrictMode>
      <Activity mode={isShown ? "visible" : "hidden"}>{element}</Activity>
    </StrictMode>
  );
}

/** A page with a component that has had one event, is hidden, and has missed what the server has written since. */
async function hiddenWhile(options: UseEventSourceOptions, missed: string) {
  const heard: unknown[] = [];
  let received = 0;
  const tape = {
    write: ({ bytes }: { bytes?: Uint8Array }) => {
      received += bytes?.length ?? 0;
    },
  };
  const element = <Told url={server.url} heard={heard} tape={tape} {...options} />;
  const grace = holdGrace();
  const page = mount(shown(true, element));
  const exchange = await server.next();
  exchange.stream("id: e.1\ndata: 1\n\n");
  await until(() => page.container.textContent === "1");
  const before = received;
  page.update(shown(false, element));
  await grace.begun(2); // StrictMode's is the first
  exchange.write(missed);
  await until(() => received === before + missed.length);
  return { heard, grace, page, exchange, show: () => page.update(shown(true, element)) };
}

const MISSED = "id: e.2\ndata: 2\n\nid: e.3\ndata: nonsense\n\nid: e.4\ndata: 4\n\n";
const END = 'event: millrace.end\ndata: {"reason":"done","reconnect":false}\n\n';
const ALL = [1, "message 1", 2, "message 2", "INVALID_JSON", 4, "message 4"];
const methods: [string, UseEventSourceOptions][] = [
  ["GET", { parse: "json" }],
  ["POST", { parse: "json", body: "ask" }],
];

test.each(methods)(
  "hidden for a moment, it is told what came meanwhile, once, and goes on (%s)",
  async (_, options) => {
    const { heard, page, exchange, show } = await hiddenWhile(options, MISSED);
    expect(heard).toEqual(ALL.slice(0, 2));
    show();
    await until(() => page.container.textContent === "4");
    expect(heard).toEqual(ALL);
    exchange.write("data: 5\n\n");
    await until(() => page.container.textContent === "5");
    expect(heard).toEqual([...ALL, 5, "message 5"]);
    expect(server.requests).toBe(1);
  },
);

test.each(methods)(
  "hidden for longer, it is told what came before its connection went, too (%s)",
  async (_, options) => {
    const { heard, grace, page, exchange, show } = await hiddenWhile(options, MISSED);
    grace.end();
    await exchange.gone;
    show();
    const second = await server.next();
    expect([second.lastEventId, heard]).toEqual(["e.4", ALL]);
    second.stream("id: e.5\ndata: 5\n\n");
    await until(() => page.container.textContent === "5");
    expect(heard).toEqual([...ALL, 5, "message 5"]);
  },
);

test.each(methods.flatMap(([method, options]) => [true, false].map((isShort) => [method, isShort, options] as const)))(
  "it is told of the end that came while it was hidden (%s, within the grace: %p)",
  async (_, isShort, options) => {
    const { heard, grace, page, show } = await hiddenWhile(options, MISSED + END);
    if (!isShort) grace.end();
    show();
    await until(() => page.container.textContent === "4");
    await settle();
    expect(heard).toEqual([...ALL, "done"]);
    show();
    await settle();
    expect([heard.length, server.requests]).toEqual([ALL.length + 1, 1]);
  },
);

test.each(methods)(
  "of two that share a connection, the hidden one is told later, and nobody else (%s)",
  async (_, options) => {
    const lists: Record<string, unknown[]> = { a: [], b: [], c: [] };
    const onLeave = jest.fn();
    const told = (name: string) => <Told url={server.url} heard={lists[name] ?? []} {...options} />;
    const element = (isShown: boolean, third?: ReactNode) => (
      <>
        <Activity mode={isShown ? "visible" : "hidden"}>
          <Told url={server.url} heard={lists.a ?? []} onLeave={onLeave} {...options} />
        </Activity>
        {told("b")}
        {third}
      </>
    );
    const page = mount(element(true));
    const exchange = await server.next();
    exchange.stream("data: 1\n\n");
    await until(() => page.container.textContent === "11");
    page.update(element(false));
    await until(() => onLeave.mock.calls.length === 1);
    exchange.write(MISSED);
    await until(() => lists.b?.length === ALL.length);
    expect(lists.a).toEqual(ALL.slice(0, 2));
    page.update(element(true, told("c")));
    await until(() => page.container.textContent === "444");
    exchange.write(`data: 5\n\n${END}`);
    const rest = [5, "message 5", "done"];
    await until(() => lists.c?.length === rest.length);
    expect(lists).toEqual({ a: [...ALL, ...rest], b: [...ALL, ...rest], c: rest });
  },
);

test("of much that was missed it is told the last thousand events", async () => {
  const many = Array.from({ length: 1500 }, (_, index) => `data: ${index}\n\n`).join("");
  const { heard, page, show } = await hiddenWhile({}, many);
  show();
  await until(() => page.container.textContent === "1499");
  const events = Array.from({ length: 1000 }, (_, index) => [index + 500, `message ${index + 500}`]);
  expect(heard).toEqual([1, "message 1", ...events.flat()]);
});

test("a component that goes while its snapshot is due renders no more", async () => {
  const view = probe(server.url, {
    onMessage: () => view.unmount(),
    throttleMs: 1,
  });
  const exchange = await server.next();
  exchange.stream();
  await shows(view, ({ isConnected }) => isConnected);
  const renders = view.renders.length;
  exchange.write("data: 1\n\ndata: 2\n\n");
  await exchange.gone;
  await settle();
  expect(view.renders).toHaveLength(renders);
});

function Child({ url, renders }: { url: string; renders: unknown[] }) {
  const { data } = useEventSource(url);
  renders.push(data);
  return <i>{String(data)}</i>;
}

test("several components of one connection render in one batch", async () => {
  const one: unknown[] = [];
  const other: unknown[] = [];
  const { url } = server;
  const page = mount([<Child key="a" url={url} renders={one} />, <Child key="b" url={url} renders={other} />]);
  const exchange = await server.next();
  exchange.stream("data: 0\n\n");
  await until(() => page.container.textContent === "00");
  const commits: unknown[] = [];
  const observer = new MutationObserver(() => commits.push(page.container.textContent));
  observer.observe(page.container, { subtree: true, characterData: true });
  exchange.write("data: 1\n\ndata: 2\n\n");
  await until(() => page.container.textContent === "22");
  await settle();
  observer.disconnect();
  expect(commits).toEqual(["22"]);
  expect([one.at(-2), other.at(-2)]).toEqual([0, 0]);
});

test("start() and stop() act for all that share the connection, and are the same functions throughout", async () => {
  const a = probe(server.url);
  const b = probe(server.url);
  const { start, stop } = a.last;
  const exchange = await server.next();
  exchange.stream("id: 1\ndata: 1\n\n");
  const hasOne = ({ data }: EventSourceResult) => data === 1;
  await shows(a, hasOne);
  await shows(b, hasOne);
  stop();
  await exchange.gone;
  for (const view of [a, b]) await shows(view, ({ state }) => state === "disconnected");
  const late = probe(server.url);
  expect(late.last).toMatchObject({ state: "disconnected", data: 1 });
  await settle();
  expect(server.requests).toBe(1);
  b.last.start();
  const second = await server.next();
  expect(second.lastEventId).toBe("1");
  second.stream();
  for (const view of [a, b, late]) await shows(view, ({ isConnected }) => isConnected);
  expect([a.last.start, a.last.stop, a.last.close]).toEqual([start, stop, stop]);
});
