import { javascriptCore } from "../../js/src/core/javascript/index.js";
import type { ParsedItem, ReceiverOptions } from "../../js/src/shared/receiver.js";
import { cpuMsOf } from "./cpu-time.js";
import { runSessionSchedules } from "./session-schedules.js";
import { readVectors, runReceiverVectors, runSessionVectors } from "./vectors.js";

runReceiverVectors("javascript", javascriptCore);
runSessionVectors("javascript", javascriptCore);
runSessionSchedules("javascript", javascriptCore);

describe("the vectors themselves", () => {
  interface AnyVector {
    readonly name: string;
    readonly input?: string;
    readonly inputHex?: string;
  }

  test.each([
    ["parser", 300],
    ["dedup", 30],
    ["session", 85],
    ["encoder", 35],
    ["event-id", 30],
  ])("%s: at least %d cases, each with a name of its own", (subject, least) => {
    const names = readVectors<AnyVector>(subject).map(({ vector }) => vector.name);
    expect(names.length).toBeGreaterThanOrEqual(least);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test("each input is given once, and as text where it is UTF-8", () => {
    for (const { vector } of [...readVectors<AnyVector>("parser"), ...readVectors<AnyVector>("dedup")]) {
      const { name, input, inputHex } = vector;
      expect({ name, forms: Number(input !== undefined) + Number(inputHex !== undefined) }).toEqual({ name, forms: 1 });
      if (inputHex !== undefined) {
        const bytes = Buffer.from(inputHex, "hex");
        expect({ name, hex: bytes.toString("hex") }).toEqual({ name, hex: inputHex });
        expect({ name, isText: Buffer.from(bytes.toString()).equals(bytes) }).toEqual({ name, isText: false });
      }
    }
  });
});

const encode = (text: string) => new TextEncoder().encode(text);

test("the core names itself", () => {
  expect(javascriptCore.implementation).toBe("javascript");
});

describe("arguments", () => {
  // What a caller without types may hand over.
  const createReceiver = (options: unknown) => javascriptCore.createReceiver(options as ReceiverOptions);
  const createSession = (options: unknown) => javascriptCore.createSession(options as object);

  test.each(["dedup", "maxLineBytes", "maxEventBytes"])("%s of the wrong type or out of range", (name) => {
    for (const value of ["1", null, true, 1n, {}]) {
      expect(() => createReceiver({ [name]: value })).toThrow(new TypeError(`${name} must be a number`));
    }
    for (const value of [-1, 0.5, Number.NaN, Infinity, 2 ** 31]) {
      expect(() => createReceiver({ [name]: value })).toThrow(RangeError);
      expect(() => createReceiver({ [name]: value })).toThrow(name);
    }
    expect(() => createReceiver({ [name]: undefined })).not.toThrow();
    expect(() => createReceiver({ [name]: 1 })).not.toThrow();
  });

  test("the ends of the receiver's ranges", () => {
    expect(() => createReceiver({ dedup: 0 })).not.toThrow();
    expect(() => createReceiver({ dedup: 1048576 })).not.toThrow();
    expect(() => createReceiver({ dedup: 1048577 })).toThrow(RangeError);
    for (const name of ["maxLineBytes", "maxEventBytes"]) {
      expect(() => createReceiver({ [name]: 268435456 })).not.toThrow();
      expect(() => createReceiver({ [name]: 268435457 })).toThrow(RangeError);
      expect(() => createReceiver({ [name]: 0 })).toThrow(RangeError);
    }
  });

  test.each(["attempts", "baseMs", "maxMs"])("%s of the wrong type or out of range", (name) => {
    for (const value of ["1", null, true, 1n, {}]) {
      expect(() => createSession({ [name]: value })).toThrow(new TypeError(`${name} must be a number`));
    }
    for (const value of [-1, 0.5, Number.NaN, -Infinity, 2147483648]) {
      expect(() => createSession({ [name]: value })).toThrow(RangeError);
      expect(() => createSession({ [name]: value })).toThrow(name);
    }
    expect(() => createSession({ [name]: undefined })).not.toThrow();
    expect(() => createSession({ [name]: 2147483647 })).not.toThrow();
  });

  test("only attempts may be infinite", () => {
    expect(() => createSession({ attempts: Infinity })).not.toThrow();
    expect(() => createSession({ baseMs: Infinity })).toThrow(RangeError);
    expect(() => createSession({ maxMs: Infinity })).toThrow(RangeError);
  });

  test("events that are no array of strings", () => {
    for (const events of ["tick", 1, null, {}, [1], ["tick", null]]) {
      expect(() => createReceiver({ events })).toThrow(new TypeError("events must be an array of strings"));
    }
    for (const events of [undefined, [], ["tick"]]) expect(() => createReceiver({ events })).not.toThrow();
  });

  test("options that are no object", () => {
    for (const options of [null, 1, "x", true]) {
      expect(() => createReceiver(options)).toThrow(new TypeError("options must be an object"));
      expect(() => createSession(options)).toThrow(new TypeError("options must be an object"));
    }
  });

  test("a chunk that is no Uint8Array, and one that is by another name", () => {
    const receiver = javascriptCore.createReceiver();
    const chunks: unknown[] = [
      "data: x\n\n",
      [100],
      new ArrayBuffer(4),
      new Uint16Array(4),
      new DataView(new ArrayBuffer(4)),
      null,
      undefined,
    ];
    for (const chunk of chunks) {
      expect(() => receiver.feed(chunk as Uint8Array)).toThrow(new TypeError("chunk must be a Uint8Array"));
    }
    expect(receiver.feed(Buffer.from("data: x\n\n"))).toHaveLength(1);
  });
});

describe("sessions beyond the vectors", () => {
  test("times between milliseconds never give a wait of 0 that is early", () => {
    const session = javascriptCore.createSession();
    session.start(0);
    expect(session.lost("transient", 0.4, 0.5)).toEqual({ kind: "wait", delayMs: 500 });
    expect(session.tick(499.9, 0)).toEqual({ kind: "wait", delayMs: 1 });
    expect(session.tick(500.4, 0)).toEqual({ kind: "connect" });
  });

  test.each([0, 1, 1000])("5,000 failures at a base of %d give finite waits", (baseMs) => {
    const session = javascriptCore.createSession({ baseMs, maxMs: 4000, failures: 0 });
    session.start(0);
    for (let failure = 0; failure < 5000; failure++) {
      const action = session.lost("transient", 0, 0.5);
      if (failure > 20) expect(action).toEqual({ kind: "wait", delayMs: baseMs === 0 ? 0 : 2000 });
      session.tick(1e9, 0);
    }
    expect(session.attempts).toBe(5000);
  });
});

describe("cost", () => {
  const PACKET = 1460;
  const SIZE = 8 * 1024 * 1024;
  // Linear work takes up to some 1,000 ms here, quadratic work minutes: the bound tells them apart on any machine.
  const MOST_CPU_MS = 10_000;

  function feedInPackets(bytes: Uint8Array, packet: number, options?: ReceiverOptions): ParsedItem[] {
    const receiver = javascriptCore.createReceiver(options);
    const items: ParsedItem[][] = [];
    const cpuMs = cpuMsOf(() => {
      for (let start = 0; start < bytes.length; start += packet) {
        items.push(receiver.feed(bytes.subarray(start, start + packet)));
      }
    });
    expect(cpuMs).toBeLessThan(MOST_CPU_MS);
    return items.flat();
  }

  test("a line of 8 MiB in packets", () => {
    const items = feedInPackets(encode(`data: ${"x".repeat(SIZE)}\n\n`), PACKET);
    expect(items.map((item) => item.kind === "event" && item.data.length)).toEqual([SIZE]);
  });

  test("a line of 1 MiB byte by byte", () => {
    const items = feedInPackets(encode(`data: ${"x".repeat(SIZE / 8)}\n\n`), 1);
    expect(items).toHaveLength(1);
  });

  test.each([
    ["CR among LF", "\r", "\n"],
    ["LF among CR", "\n", "\r"],
  ])("one stray %s in one chunk of small events", (_name, stray, end) => {
    const events = `data: x${end}${end}`.repeat(SIZE / 16);
    const bytes = encode(`data: x${stray}${stray}${events}data: x${stray}${stray}`);
    expect(feedInPackets(bytes, bytes.length).length).toBeGreaterThanOrEqual(SIZE / 16);
  });

  test("an event of very many empty lines of data", () => {
    const items = feedInPackets(encode(`${"data\n".repeat(SIZE / 8)}\n`), PACKET);
    expect(items.map((item) => item.kind === "event" && item.data.length)).toEqual([SIZE / 8 - 1]);
  });

  test("a dedup window of the largest size turns over", () => {
    const receiver = javascriptCore.createReceiver({ dedup: 65536 });
    const cpuMs = cpuMsOf(() => {
      for (let id = 0; id < 300000; id++) receiver.feed(encode(`id:${id}\ndata\n\n`));
    });
    expect(cpuMs).toBeLessThan(MOST_CPU_MS);
  });
});

const ROUNDS = 5000;

/** Mulberry32: the same numbers from the same seed, on every machine. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** What streams are made of, one character a byte; often enough the same few ids, so that dedup has work. */
const PIECES = [
  ..."\n\n\n\n\r\r : ::\0x",
  "\r\n",
  "\r\n\r\n",
  "data: ",
  "data:",
  "data",
  "data: hello\n",
  "data: hello\n\n",
  "event: ",
  "event: tick\n",
  "id: ",
  "id: 1\n",
  "id: 2\n",
  "id: 3\ndata: c\n\n",
  "id\n",
  "retry: ",
  "retry: 15\n",
  "99999999999",
  "007",
  ": a comment that is longer than the limit\n",
  ": heartbeat\n",
  ":heartbeat 7",
  "heartbeats",
  "unknown: field\n",
  "raw\n",
  "event: millrace.begin\ndata: {}\n\n",
  "0123456789abcdef",
  "\xef\xbb\xbf",
  "\xef\xbb",
  "\xef",
  "\xc3\xa9",
  "\xe2\x82\xac",
  "\xf0\x9f\x98\x80",
  "\xf0\x9f",
  "\xed\xa0\x80",
  "\xc0\x80",
  "\xff",
  "\x80",
];

function randomStream(random: (below: number) => number): string {
  const stream = Array.from({ length: random(40) }, () => PIECES[random(PIECES.length)] ?? "").join("");
  return random(4) === 0 ? `\xef\xbb\xbf${stream}` : stream;
}

function decodeBytes(bytes: string): { text: string; wellFormed: boolean } {
  const input = Buffer.from(bytes, "latin1");
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
  return { text, wellFormed: Buffer.from(text).equals(input) };
}

/** What an event was known by, how often it was delivered, and how often this connection may repeat it. */
interface Known {
  readonly key: string;
  times: number;
  repeats: number;
}

/** Of all connections so far. */
interface Before {
  readonly seen: Known[];
  readonly lastEventId: string;
  readonly heartbeats: number;
}

/** The rules once more, the slow and obvious way: all bytes at once, split into lines, no state but the event's. */
function reference(
  stream: string,
  options: Required<Omit<ReceiverOptions, "events">> & ReceiverOptions,
  before: Before,
) {
  const { dedup, maxLineBytes, maxEventBytes, events } = options;
  const items: ParsedItem[] = [];
  const { seen } = before;
  let { lastEventId, heartbeats } = before;
  for (const known of seen) known.repeats = known.times;
  let isOurs = false;
  const isRepeat = (key: string): boolean => {
    const known = seen.find((one) => one.key === key);
    if (dedup === 0) return false;
    if (known !== undefined) {
      if (known.repeats > 0) return known.repeats-- > 0;
      known.times++;
      return false;
    }
    seen.push({ key, times: 1, repeats: 0 });
    if (seen.length > dedup) seen.shift();
    return false;
  };

  // The beginning of a byte order mark may yet become one.
  if ("\xef\xbb\xbf".startsWith(stream)) return { items, lastEventId, heartbeats };
  const lines = stream.replace(/^\xef\xbb\xbf/, "").split(/\r\n|\r|\n/);
  const unfinished = lines.pop() ?? "";

  let [data, type, id]: [string[], string, string | undefined] = [[], "", undefined];
  let [dropped, isRaw] = [false, false];
  const drop = (code: "LINE_TOO_LONG" | "EVENT_TOO_LARGE", limit: number) => {
    if (!dropped) items.push({ kind: "error", code, limit });
    dropped = true;
  };
  const isTooLong = (line: string) => !line.startsWith(":") && line.length > maxLineBytes;

  for (const line of lines) {
    if (isTooLong(line)) {
      drop("LINE_TOO_LONG", maxLineBytes);
    } else if (line === "") {
      if (id !== undefined) lastEventId = decodeBytes(id).text;
      const isEvent = !dropped && data.length > 0;
      isOurs ||= isEvent && type === "millrace.begin";
      const key = isOurs ? `${id}` : `${id}\n${type || "message"}\n${data.join("\n")}`;
      const isLeftOut = isEvent && id !== undefined && id !== "" && isRepeat(key);
      if (isEvent && !isLeftOut && events?.includes(decodeBytes(type || "message").text) !== false) {
        const [decodedData, decodedType, decodedId] = [
          decodeBytes(data.join("\n")),
          decodeBytes(type),
          decodeBytes(id ?? ""),
        ];
        if (!decodedData.wellFormed || !decodedType.wellFormed || !decodedId.wellFormed) {
          items.push({ kind: "error", code: "INVALID_UTF8", limit: 0 });
        }
        const event = { type: decodedType.text || "message", data: decodedData.text, lastEventId };
        items.push({ kind: "event", ...event, ...(isRaw && { isRaw }) });
      }
      [data, type, id] = [[], "", undefined];
      [dropped, isRaw] = [false, false];
    } else {
      const colon = `${line}:`.indexOf(":");
      if (/^: ?heartbeat/.test(line)) heartbeats++;
      const field = line.slice(0, colon);
      const value = line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") data.push(value);
      if (field === "raw") isRaw = true;
      if (field === "event") type = value;
      if (field === "id" && !value.includes("\0")) id = value;
      if (field === "retry" && /^[0-9]+$/.test(value)) {
        items.push({ kind: "retry", ms: Math.min(Number(value), 4294967295) });
      }
      if (data.join("\n").length + type.length + (id ?? "").length > maxEventBytes) {
        drop("EVENT_TOO_LARGE", maxEventBytes);
      }
    }
  }
  if (isTooLong(unfinished)) drop("LINE_TOO_LONG", maxLineBytes);
  return { items, lastEventId, heartbeats };
}

test(`${ROUNDS} seeded streams, cut at random, give what the naive reference gives`, () => {
  const kinds = new Map<string, number>();
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const random = seeded(seed);
    const streams = [randomStream(random), randomStream(random)];
    const options = {
      dedup: random(3),
      maxLineBytes: random(2) === 0 ? 1000 : 1 + random(24),
      maxEventBytes: random(2) === 0 ? 1000 : 1 + random(24),
      ...(random(4) === 0 && { events: ["tick", "hello"] }),
    };
    const receiver = javascriptCore.createReceiver(options);
    const items: ParsedItem[] = [];
    let before: Before = { seen: [], lastEventId: "", heartbeats: 0 };
    for (const stream of [...streams, streams[0] ?? ""]) {
      const bytes = new Uint8Array(Buffer.from(stream, "latin1"));
      const found: ParsedItem[] = [];
      for (let start = 0; start < bytes.length; ) {
        const end = start + 1 + random(20);
        found.push(...receiver.feed(bytes.slice(start, end)));
        start = end;
      }
      const { lastEventId, heartbeats } = receiver;
      const expected = reference(stream, options, before);
      expect({ seed, items: found, lastEventId, heartbeats }).toEqual({ seed, ...expected });
      before = { ...before, lastEventId, heartbeats };
      receiver.reset();
      items.push(...found);
    }
    const { heartbeats } = receiver;
    kinds.set("heartbeat", (kinds.get("heartbeat") ?? 0) + heartbeats);
    for (const item of items) {
      const kind = item.kind === "error" ? item.code : item.kind;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  // A generator that never gets there tests nothing.
  for (const kind of ["event", "heartbeat", "retry", "LINE_TOO_LONG", "EVENT_TOO_LARGE", "INVALID_UTF8"]) {
    expect(kinds.get(kind) ?? 0).toBeGreaterThan(100);
  }
});
