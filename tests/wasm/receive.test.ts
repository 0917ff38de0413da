// What `receive` makes of a chunk, in both cores: the same as the steps that the contract names, one by one.
import type { ClientCore, SessionAction } from "../../js/src/core/contract.js";
import { javascriptCore } from "../../js/src/core/javascript/index.js";
import { loadClientCore } from "../../js/src/core/load-client.js";
import type { ParsedItem } from "../../js/src/shared/receiver.js";

const encode = (text: string) => new TextEncoder().encode(text);
const cores = [
  ["wasm", await loadClientCore()],
  ["javascript", javascriptCore],
] as const;

const OPTIONS = { heartbeatEvent: "beat", events: ["beat", "a", "millrace.begin"] };
const SESSION = { pollEveryMs: 1000, silenceMs: 20000 };

const PARTS = [
  "data: not wanted\n\n",
  "event: a\ndata: 1\n\n",
  "id: 5\nevent: a\ndata: é\n\n",
  "event: beat\ndata: {}\n\n",
  'event: beat\ndata: {"uptimeMs": 1000}\n\n',
  'event: beat\ndata: {"x":1,"timestamp":1763700000123}\n\n',
  'event: a\ndata: {"uptimeMs":5}\n\n',
  ": heartbeat\n\n",
  ": comment\n\n",
  "retry: 700\n\n",
  "event: millrace.begin\ndata: {}\n\n",
  "event: beat\n",
  `data: ${"x".repeat(40_000)}\n`,
  "\n",
];

function numbersFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % bound;
  };
}

/** Chunks of a connection from a seed, with the times they come at. */
function chunksFrom(seed: number): { bytes: Uint8Array; nowMs: number }[] {
  const below = numbersFrom(seed);
  let nowMs = 0;
  return Array.from({ length: 40 }, () => {
    nowMs += below(4000) + 0.5;
    const parts = Array.from({ length: below(7) }, () => PARTS[below(PARTS.length)]);
    return { bytes: encode(parts.join("")), nowMs };
  });
}

interface Outcome {
  readonly items: readonly ParsedItem[];
  readonly action: SessionAction;
  readonly session: readonly unknown[];
}

type Receive = (core: ClientCore, ...given: Parameters<ClientCore["receive"]>) => ReturnType<ClientCore["receive"]>;

function outcomesOf(core: ClientCore, receive: Receive, seed: number): Outcome[] {
  const receiver = core.createReceiver(OPTIONS);
  const session = core.createSession(SESSION);
  session.start(0);
  session.connected(0, { heartbeatMs: 2000 });
  return chunksFrom(seed).map(({ bytes, nowMs }) => {
    const { items, action } = receive(core, receiver, session, bytes, nowMs);
    const { state, attempts, isPolling, latencyMs } = session;
    const times = [session.health(nowMs), session.deadlineMs(nowMs), receiver.heartbeats, receiver.lastEventId];
    return { items, action, session: [state, attempts, isPolling, latencyMs, ...times] };
  });
}

const inOneCall: Receive = (core, ...given) => core.receive(...given);
const stepByStep: Receive = (_core, receiver, session, chunk, nowMs) => {
  const before = receiver.heartbeats;
  const items = receiver.feed(chunk);
  const events = items.flatMap((item) => (item.kind === "event" && !item.type.startsWith("millrace.") ? [item] : []));
  const beats = events.filter(({ type }) => type === "beat");
  const sentMs = /"(?:uptimeMs|timestamp)"\s*:\s*(\d+)/.exec(beats.at(-1)?.data ?? "")?.[1];
  if (sentMs !== undefined) session.stamped(nowMs, Number(sentMs));
  const heartbeats = receiver.heartbeats - before + beats.length;
  return { items, action: session.received(nowMs, heartbeats, events.length - beats.length) };
};

describe.each(cores)("%s", (_, core) => {
  test("in one call as step by step, whatever comes", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const expected = outcomesOf(javascriptCore, stepByStep, seed);
      const actual = outcomesOf(core, inOneCall, seed);
      if (JSON.stringify(actual) !== JSON.stringify(expected))
        expect({ seed, actual }).toEqual({ seed, actual: expected });
    }
  });

  test("heartbeat events are called `heartbeat` unless the option says otherwise", () => {
    const session = core.createSession();
    session.start(0);
    session.connected(0);
    core.receive(core.createReceiver(), session, encode('event: heartbeat\ndata: {"uptimeMs":1}\n\n'), 10);
    expect(session.latencyMs).toBe(0);
    core.receive(core.createReceiver(OPTIONS), session, encode('event: heartbeat\ndata: {"uptimeMs":1}\n\n'), 20);
    expect(session.latencyMs).toBe(0);
    core.receive(core.createReceiver(OPTIONS), session, encode('event: beat\ndata: {"uptimeMs":1}\n\n'), 30);
    expect(session.latencyMs).toBe(20);
  });
});

describe.each(cores)("%s: a heartbeat that says when the next comes", (_name, core) => {
  /** When the session will be told that a heartbeat is missing: half an interval behind the next. */
  const missAfter = (...chunks: string[]) => {
    const receiver = core.createReceiver({ heartbeatEvent: "beat" });
    const session = core.createSession({ silenceMs: 45_000 });
    session.start(0);
    session.connected(0, { heartbeatMs: 15_000, silenceMs: 45_000 });
    for (const chunk of chunks) core.receive(receiver, session, encode(chunk), 1000);
    return session.deadlineMs(1000) - 1000;
  };

  test("is minded, as a comment and as an event", () => {
    expect(missAfter(": heartbeat\n\n")).toBe(22_500);
    expect(missAfter(": heartbeat every=5000\n\n")).toBe(7500);
    expect(missAfter(": heartbeat ev", "ery=45000\n\n")).toBe(67_500);
    expect(missAfter('event: beat\ndata: {"everyMs":5000}\n\n')).toBe(7500);
    expect(missAfter('event: other\ndata: {"everyMs":5000}\n\n')).toBe(22_500);
    expect(missAfter(": heartbeat every=5000\n\n", ": heartbeat every=10000\n\n")).toBe(15_000);
  });

  test("is forgotten with its connection", () => {
    const receiver = core.createReceiver();
    const session = core.createSession({ silenceMs: 45_000 });
    session.start(0);
    session.connected(0, { heartbeatMs: 15_000, silenceMs: 45_000 });
    core.receive(receiver, session, encode(": heartbeat every=5000\n\n"), 0);
    session.lost("planned", 1, 0);
    receiver.reset();
    session.tick(1, 0);
    session.connected(1, { heartbeatMs: 15_000, silenceMs: 45_000 });
    core.receive(receiver, session, encode("data: 1\n\n"), 1);
    expect(session.deadlineMs(1)).toBe(22_501);
  });
});
