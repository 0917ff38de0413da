import type { ParsedItem, ReceiverOptions } from "../../js/src/core/contract.js";
import { javascriptCore } from "../../js/src/core/javascript/index.js";
import { readVectors, runReceiverVectors, runSessionVectors } from "./vectors.js";

runReceiverVectors("javascript", javascriptCore);
runSessionVectors("javascript", javascriptCore);

describe("the vectors themselves", () => {
  interface AnyVector {
    readonly name: string;
    readonly input?: string;
    readonly inputHex?: string;
  }

  test.each([
    ["parser", 300],
    ["dedup", 30],
    ["session", 40],
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
    session.start();
    expect(session.lost(false, 0.4, 0.5)).toEqual({ kind: "wait", delayMs: 500 });
    expect(session.tick(500)).toEqual({ kind: "wait", delayMs: 1 });
    expect(session.tick(500.4)).toEqual({ kind: "connect" });
  });

  test.each([0, 1, 1000])("5,000 failures at a base of %d give finite waits", (baseMs) => {
    const session = javascriptCore.createSession({ baseMs, maxMs: 4000 });
    session.start();
    for (let failure = 0; failure < 5000; failure++) {
      const action = session.lost(false, 0, 0.5);
      if (failure > 20) expect(action).toEqual({ kind: "wait", delayMs: baseMs === 0 ? 0 : 2000 });
      session.tick(1e9);
    }
    expect(session.attempts).toBe(5000);
  });
});

describe("cost", () => {
  const PACKET = 1460;
  const SIZE = 8 * 1024 * 1024;
  // Linear work takes some 20 to 100 ms here, quadratic work minutes: the bound tells them apart on any machine.
  const MOST_MS = 5000;

  function feedInPackets(bytes: Uint8Array, packet: number, options?: ReceiverOptions): ParsedItem[] {
    const receiver = javascriptCore.createReceiver(options);
    const items: ParsedItem[][] = [];
    const begun = performance.now();
    for (let start = 0; start < bytes.length; start += packet) {
      items.push(receiver.feed(bytes.subarray(start, start + packet)));
    }
    expect(performance.now() - begun).toBeLessThan(MOST_MS);
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
    const begun = performance.now();
    for (let id = 0; id < 300000; id++) receiver.feed(encode(`id:${id}\ndata\n\n`));
    expect(performance.now() - begun).toBeLessThan(MOST_MS);
  });
});
