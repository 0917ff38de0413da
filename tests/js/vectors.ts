import { readdirSync, readFileSync } from "node:fs";
import type {
  ClientCore,
  Loss,
  PollResult,
  SessionAction,
  SessionCore,
  SessionOptions,
} from "../../js/src/core/contract.js";
import type { ParsedItem, ReceiverCore, ReceiverOptions } from "../../js/src/shared/receiver.js";

/** The cases that every implementation runs; tests/vectors/README.md has the format. */
const VECTORS = new URL("../vectors/", import.meta.url);

/** Up to this size an input is cut at every byte; a longer one at every 97th, a prime, so that the cuts move over it. */
const EVERY_CUT_BYTES = 4096;
const LONG_CUT_STEP = 97;

type ExpectedItem =
  | {
      readonly event: {
        readonly type: string;
        readonly data: string;
        readonly lastEventId: string;
        readonly isRaw?: boolean;
      };
    }
  | { readonly retry: number }
  | { readonly error: string; readonly limit: number };

interface ReceiverVector {
  readonly name: string;
  readonly options?: ReceiverOptions;
  readonly before?: string;
  readonly beforeHex?: string;
  readonly input?: string;
  readonly inputHex?: string;
  readonly expect: readonly ExpectedItem[];
  readonly lastEventId: string;
  readonly heartbeats?: number;
  /** Of the JavaScript core, `heartbeatEveryMs`; the module tells its session only. */
  readonly everyMs?: number;
}

interface SessionStep {
  readonly call: string;
  readonly loss?: Loss;
  readonly nowMs?: number;
  readonly random?: number;
  readonly ms?: number;
  readonly retryAfterMs?: number;
  readonly silenceMs?: number;
  readonly heartbeatMs?: number;
  readonly heartbeats?: number;
  readonly events?: number;
  readonly sentMs?: number;
  readonly everyMs?: number;
  readonly result?: PollResult;
  readonly action: SessionAction;
  readonly state: string;
  readonly attempts: number;
  readonly health?: string;
  /** -1: never. */
  readonly deadlineMs?: number;
  readonly isPolling?: boolean;
}

interface SessionVector {
  readonly name: string;
  readonly options?: SessionOptions;
  readonly steps: readonly SessionStep[];
}

/** The fields of an event, and its bytes or the error. */
export interface EncoderVector {
  readonly name: string;
  readonly fields: {
    readonly event?: string;
    readonly id?: string;
    readonly retry?: number;
    readonly data?: string;
    readonly raw?: boolean;
  };
  readonly bytes?: string;
  readonly error?: "INVALID_FIELD";
}

/** An id as text, and what it says; null where the text is no id of ours. */
export interface EventIdVector {
  readonly name: string;
  readonly text: string;
  readonly eventId: { readonly epoch: string; readonly sequence: string } | null;
}

interface VectorFile {
  readonly subject: string;
  readonly source: string;
  readonly cases: readonly unknown[];
}

/** All cases of one subject, with the file each comes from. */
export function readVectors<Vector>(subject: string): { file: string; vector: Vector }[] {
  return readdirSync(VECTORS)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap((file) => {
      const content: VectorFile = JSON.parse(readFileSync(new URL(file, VECTORS), "utf8"));
      if (content.subject !== subject) return [];
      return content.cases.map((vector) => ({ file, vector: vector as Vector }));
    });
}

interface Outcome {
  readonly items: readonly ParsedItem[];
  readonly lastEventId: string;
  readonly heartbeats: number;
}

function toParsedItem(item: ExpectedItem): ParsedItem {
  if ("event" in item) return { kind: "event", ...item.event };
  if ("retry" in item) return { kind: "retry", ms: item.retry };
  return { kind: "error", code: item.error, limit: item.limit } as ParsedItem;
}

function bytesOf(text: string | undefined, hex: string | undefined): Uint8Array {
  return new Uint8Array(text === undefined ? Buffer.from(hex ?? "", "hex") : Buffer.from(text));
}

/** One that has had the vector's earlier connection. */
function receiverFor(core: Pick<ClientCore, "createReceiver">, vector: ReceiverVector): ReceiverCore {
  const receiver = core.createReceiver(vector.options);
  const before = bytesOf(vector.before, vector.beforeHex);
  if (before.length > 0) {
    feedAndSpoil(receiver, before);
    receiver.reset();
  }
  return receiver;
}

/** Feeds a copy and overwrites it afterwards: a receiver keeps nothing of the chunk that it was given. */
function feedAndSpoil(receiver: ReceiverCore, bytes: Uint8Array): ParsedItem[] {
  const chunk = bytes.slice();
  const items = receiver.feed(chunk);
  chunk.fill(0xff);
  return items;
}

function feedAll(receiver: ReceiverCore, chunks: readonly Uint8Array[]): Outcome {
  const items = chunks.flatMap((chunk) => feedAndSpoil(receiver, chunk));
  return { items, lastEventId: receiver.lastEventId, heartbeats: receiver.heartbeats };
}

function* cutsOf(bytes: Uint8Array): Generator<number> {
  const step = bytes.length <= EVERY_CUT_BYTES ? 1 : LONG_CUT_STEP;
  for (let cut = 0; cut <= bytes.length; cut += step) yield cut;
}

/** Jest's comparison is slow for some ten thousand cuts: it is asked only where it is about to explain a difference. */
function expectOutcome(actual: Outcome, expected: Outcome, how: string): void {
  if (canonical(actual) !== canonical(expected)) expect({ how, ...actual }).toEqual({ how, ...expected });
}

function canonical({ items, lastEventId, heartbeats }: Outcome): string {
  return JSON.stringify([lastEventId, heartbeats, items.map((item) => Object.entries(item).sort())]);
}

/** Registers every parser and dedup vector for one implementation, in every cut. */
export function runReceiverVectors(name: string, core: Pick<ClientCore, "createReceiver">): void {
  const vectors = [
    // Vectors of the parser say nothing about dedup: off.
    ...readVectors<ReceiverVector>("parser").map(({ file, vector }) => ({
      file,
      vector: { ...vector, options: { ...vector.options, dedup: 0 } },
    })),
    ...readVectors<ReceiverVector>("dedup"),
  ];

  describe.each([...new Set(vectors.map(({ file }) => file))])(`${name}: %s`, (file) => {
    const cases = vectors.filter((each) => each.file === file).map(({ vector }) => vector);

    test.each(cases.map((vector) => [vector.name, vector] as const))("%s", (_name, vector) => {
      const bytes = bytesOf(vector.input, vector.inputHex);
      const create = () => receiverFor(core, vector);
      const empty = new Uint8Array(0);
      const whole = feedAll(create(), [bytes]);
      const { lastEventId, heartbeats = whole.heartbeats } = vector;
      const expected = { items: vector.expect.map(toParsedItem), lastEventId, heartbeats };

      expect(whole).toEqual(expected);
      const paced = create() as ReceiverCore & { readonly heartbeatEveryMs?: number };
      if (vector.everyMs !== undefined && paced.heartbeatEveryMs !== undefined) {
        feedAll(paced, [bytes]);
        expect(paced.heartbeatEveryMs).toBe(vector.everyMs);
        paced.reset();
        expect(paced.heartbeatEveryMs).toBe(0);
        for (const byte of bytes) feedAll(paced, [Uint8Array.of(byte)]);
        expect(paced.heartbeatEveryMs).toBe(vector.everyMs);
      }
      for (const cut of cutsOf(bytes)) {
        const [head, tail] = [bytes.subarray(0, cut), bytes.subarray(cut)];
        expectOutcome(feedAll(create(), [head, tail]), expected, `cut at ${cut}`);
        expectOutcome(feedAll(create(), [empty, head, empty, tail, empty]), expected, `cut at ${cut}, empty chunks`);
      }
      const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
      expectOutcome(feedAll(create(), single), expected, "byte by byte");
      const singleAndEmpty = single.flatMap((byte) => [empty, byte]);
      expectOutcome(feedAll(create(), singleAndEmpty), expected, "byte by byte, empty chunks");
    });

    test.each(cases.map((vector) => [vector.name, vector] as const))("reset within: %s", (_name, vector) => {
      const { maxLineBytes = Infinity, maxEventBytes = Infinity, events } = vector.options ?? {};
      if (maxLineBytes < "data:y".length || maxEventBytes < "y".length) return;
      const bytes = bytesOf(vector.input, vector.inputHex);
      const next = new TextEncoder().encode("\uFEFFdata:y\n\n");
      for (const cut of cutsOf(bytes)) {
        const receiver = receiverFor(core, vector);
        feedAndSpoil(receiver, bytes.subarray(0, cut));
        const { lastEventId, heartbeats } = receiver;
        receiver.reset();
        const event: ParsedItem = { kind: "event", type: "message", data: "y", lastEventId };
        const expected = { items: events?.includes("message") === false ? [] : [event], lastEventId, heartbeats };
        expectOutcome(feedAll(receiver, []), { items: [], lastEventId, heartbeats }, `reset at ${cut}`);
        expectOutcome(feedAll(receiver, [next]), expected, `reset at ${cut}`);
      }
    });
  });

  describe(`${name}: a receiver`, () => {
    const encode = (text: string) => new TextEncoder().encode(text);
    const event = (data: string, lastEventId: string) => ({ kind: "event", type: "message", data, lastEventId });

    test("reset keeps the dedup window", () => {
      const receiver = core.createReceiver({ dedup: 2 });
      receiver.feed(encode("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"));
      receiver.reset();
      expect(receiver.feed(encode("id: 1\ndata: a\n\nid: 3\ndata: c\n\n"))).toEqual([event("c", "3")]);
    });

    test("reset forgets an unfinished id: the next event has the last finished block's", () => {
      const receiver = core.createReceiver();
      receiver.feed(encode("id: 1\ndata: a\n\nid: 2\ndata: b\n"));
      receiver.reset();
      expect(receiver.feed(encode("data: c\n\n"))).toEqual([event("c", "1")]);
    });

    test("reset lets the parser expect a byte order mark again, once", () => {
      const receiver = core.createReceiver();
      for (let connection = 0; connection < 3; connection++) {
        expect(receiver.feed(encode("\uFEFFdata: x\n\n\uFEFFdata: y\n\n"))).toEqual([event("x", "")]);
        receiver.reset();
      }
    });

    test("the defaults drop repeats among the last 1000 ids", () => {
      const receiver = core.createReceiver();
      const send = (id: number) => receiver.feed(encode(`id: ${id}\ndata: x\n\n`)).length;
      for (let id = 0; id < 1000; id++) expect(send(id)).toBe(1);
      receiver.reset();
      expect(send(0)).toBe(0);
      expect(send(1000)).toBe(1);
      expect(send(0)).toBe(1);
    });

    test("the default limits let 16 MiB through and no byte more", () => {
      const most = 16 * 1024 * 1024;
      const receiver = core.createReceiver();
      const line = encode(`data:${"x".repeat(most - 5)}\n\n`);
      expect(receiver.feed(line).map((item) => item.kind === "event" && item.data.length)).toEqual([most - 5]);
      const longer = encode(`data:${"x".repeat(most - 4)}\n\n`);
      expect(receiver.feed(longer)).toEqual([{ kind: "error", code: "LINE_TOO_LONG", limit: most }]);
      const lines = encode(`data:${"x".repeat(most / 2)}\ndata:${"x".repeat(most / 2)}\n\n`);
      expect(receiver.feed(lines)).toEqual([{ kind: "error", code: "EVENT_TOO_LARGE", limit: most }]);
    });

    test("two receivers share nothing", () => {
      const one = core.createReceiver();
      const other = core.createReceiver();
      one.feed(encode("id: 1\ndata: half"));
      expect(other.feed(encode("id: 1\ndata: x\n\n"))).toEqual([event("x", "1")]);
      expect(one.feed(encode("\n\n"))).toEqual([event("half", "1")]);
    });
  });
}

function perform(session: SessionCore, step: SessionStep): SessionAction {
  const { nowMs = 0, random = 0, retryAfterMs = 0 } = step;
  const silent = (run: () => void): SessionAction => {
    run();
    return { kind: "none" };
  };
  const calls: Record<string, () => SessionAction> = {
    start: () => session.start(nowMs),
    close: () => session.close(),
    connected: () => session.connected(nowMs, step),
    received: () => session.received(nowMs, step.heartbeats ?? 0, step.events ?? 0),
    stamped: () => silent(() => session.stamped(nowMs, step.sentMs ?? 0)),
    paced: () => silent(() => session.paced(step.everyMs ?? 0)),
    retry: () => silent(() => session.retry(step.ms ?? 0)),
    lost: () => session.lost(step.loss ?? "transient", nowMs, random, retryAfterMs),
    polled: () => session.polled(step.result ?? "events", nowMs, random, retryAfterMs),
    online: () => session.online(nowMs, random),
    offline: () => silent(() => session.offline()),
    visible: () => session.visible(nowMs, random),
    hidden: () => session.hidden(),
    restored: () => session.restored(nowMs),
    tick: () => session.tick(nowMs, random),
  };
  const call = calls[step.call];
  if (call === undefined) throw new Error(`unknown call in a vector: ${step.call}`);
  const action = call();
  return action.kind === "wait" && action.delayMs === Infinity ? { kind: "wait", delayMs: -1 } : action;
}

/** Registers every session vector for one implementation. */
export function runSessionVectors(name: string, core: Pick<ClientCore, "createSession">): void {
  const vectors = readVectors<SessionVector>("session").map(({ vector }) => vector);

  describe(`${name}: session.json`, () => {
    test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_name, vector) => {
      const session = core.createSession(vector.options);
      expect([session.state, session.attempts]).toEqual(["disconnected", 0]);
      vector.steps.forEach((step, index) => {
        const action = perform(session, step);
        const { state, attempts, isPolling } = session;
        const deadline = session.deadlineMs(step.nowMs ?? 0);
        const seen = {
          ...(step.health !== undefined && { health: session.health(step.nowMs ?? 0) }),
          ...(step.deadlineMs !== undefined && { deadlineMs: deadline === Infinity ? -1 : deadline }),
          isPolling,
        };
        expect({ index, ...step, action, state, attempts, ...seen }).toEqual({ index, isPolling: false, ...step });
      });
    });
  });
}
