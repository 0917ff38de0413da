// How the module's texts become strings: all that is in the arenas of one feed, and what is decoded on its own. The
// JavaScript core, which decodes each value by itself, says what is right.
import type { ClientCore } from "../../js/src/core/contract.js";
import { javascriptCore } from "../../js/src/core/javascript/index.js";
import { loadClientCore } from "../../js/src/core/load-client.js";
import { clientWasm } from "../../js/src/core/wasm/generated/client-wasm.js";
import { fromModuleText } from "../../js/src/core/wasm/module-text.js";
import { instantiateWasmCore } from "../../js/src/core/wasm/wasm.js";
import type { ParsedItem, ReceiverOptions } from "../../js/src/shared/receiver.js";
import { cpuMsOf } from "../js/cpu-time.js";

const inNode = await loadClientCore();

/** Runs it as a page would: strings come from a TextDecoder and from codes, not from a Buffer. */
function withoutBuffer<Result>(call: () => Result): Result {
  const { Buffer } = globalThis;
  Reflect.deleteProperty(globalThis, "Buffer");
  try {
    return call();
  } finally {
    globalThis.Buffer = Buffer;
  }
}

/** The core of a page. Each of its calls is made without a Buffer, since the memory may grow at any of them. */
async function coreInPage(): Promise<ClientCore> {
  const core = await instantiateWasmCore(fromModuleText(clientWasm));
  return {
    ...core,
    createReceiver(options) {
      const receiver = withoutBuffer(() => core.createReceiver(options));
      return {
        feed: (chunk) => withoutBuffer(() => receiver.feed(chunk)),
        reset: () => receiver.reset(),
        get lastEventId() {
          return withoutBuffer(() => receiver.lastEventId);
        },
        get heartbeats() {
          return receiver.heartbeats;
        },
      };
    },
  };
}

const encode = (text: string) => new TextEncoder().encode(text);
const join = (...parts: readonly (string | Uint8Array)[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === "string" ? encode(part) : part))));

const LONG = "long ".repeat(1000);
const WIDE = "größe 日本語 😀 ";
const INVALID = Uint8Array.of(0x64, 0x61, 0x74, 0x61, 0x3a, 0x61, 0xff, 0xe2, 0x82, 0x62, 0x0a);

const streams: Record<string, Uint8Array> = {
  "short ASCII, of each length": encode(
    Array.from({ length: 200 }, (_, length) => `id: ${"i".repeat(length % 40)}\ndata: ${"x".repeat(length)}\n\n`).join(
      "",
    ),
  ),
  "surrogate pairs before ASCII": encode(
    `id: 😀\ndata: 😀😀\n\nid: 2\ndata: b\n\ndata: 😀c\n\ndata: d\n\nid: é\ndata: e\n\n`,
  ),
  "every length of UTF-8, at every place of a block": encode(
    Array.from({ length: 40 }, (_, at) => `data: ${"x".repeat(at)}é${"y".repeat(at)}日${"z".repeat(at)}😀\n\n`).join(
      "",
    ),
  ),
  "the ends of each length of UTF-8": encode(
    "data: \u0000\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}\n\n",
  ),
  "a byte order mark within": encode("data: a\uFEFFb\n\ndata:\uFEFF\n\nid:\uFEFFé\ndata: c\n\n"),
  "invalid UTF-8 among what is valid": join(
    `data: a\n\ndata: é\n\n`,
    INVALID,
    `\nid: 1\ndata: 日\n\n`,
    `id: `,
    INVALID,
    `data: x\n\ndata: same id\n\nevent: `,
    INVALID,
    `data: y\n\nid: 😀\ndata: z\n\n`,
  ),
  "long data that is no UTF-8, with a type or an id that is none either": join(
    `data: ${WIDE.repeat(3000)}`,
    Uint8Array.of(0xe6),
    `\n\nid: 1\nevent: `,
    Uint8Array.of(0xff),
    `\ndata: ${WIDE.repeat(3000)}\n\nid: `,
    Uint8Array.of(0xed, 0xa0, 0x80),
    `\ndata: ${WIDE.repeat(3000)}`,
    Uint8Array.of(0xc3),
    `\n\ndata: the id before\n\nid: é\ndata: ${WIDE.repeat(3000)}\n\n`,
  ),
  "short, long and wide in turn": encode(
    Array.from({ length: 30 }, (_, n) => `id: ${n}\ndata: ${[LONG, "x", WIDE, WIDE.repeat(3000)][n % 4]}\n\n`).join(""),
  ),
  "long ids": encode(`id: ${LONG}\ndata: a\n\ndata: b\n\nid: ${WIDE.repeat(3000)}\ndata: c\n\nid: 1\ndata: d\n\n`),
  "ids that come and go": encode(
    "data: a\n\nid: 1\ndata: b\n\ndata: c\n\nid\ndata: d\n\ndata: e\n\nid: 2\n\ndata: f\n\n",
  ),
  "more types than are known": encode(
    Array.from(
      { length: 300 },
      (_, n) => `event: type ${n % 150}\ndata: ${n}\n\nevent: ${LONG}${n % 3}\ndata: é\n\ndata\n\n`,
    ).join(""),
  ),
  "types that are not ASCII": encode(`event: ${WIDE}\ndata: a\n\nevent: 😀\ndata: b\n\nevent: 😀\ndata: c\n\n`),
  "very many items": encode("data\n\nretry:1\n".repeat(30000)),
  "many lines, joined over chunks": encode(`${"data: line é\ndata: x\n".repeat(5000)}\n${"data: x\n".repeat(5000)}\n`),
};

function numbersFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % bound;
  };
}

/** Sequences at the ends of what UTF-8 allows, whole and cut, among ASCII; from a seed. */
function likelyBytes(seed: number): Uint8Array {
  const below = numbersFrom(seed);
  const likely = [0x61, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe6, 0xed, 0xef];
  likely.push(0xf0, 0xf1, 0xf4, 0xf5, 0xff);
  const parts = ["x".repeat(20), "日本", "é", "😀", "\uffff\ud7ff\ue000", "\u0800\u{10ffff}"].map(encode);
  const bytes: number[] = [];
  for (let count = below(8); count > 0; count--) {
    const kind = below(8);
    if (kind < 5) bytes.push(...(parts[below(parts.length)] as Uint8Array));
    else if (kind < 7) for (let n = below(4); n > 0; n--) bytes.push(likely[below(likely.length)] as number);
  }
  return Uint8Array.from(bytes);
}

/** The same items, compared without Jest's help where there is nothing to explain. */
function expectSame(actual: ParsedItem[], expected: ParsedItem[]): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
}

/** Lines that end at every place of what is looked at together, by each line end; from a seed. */
function blocksOfEachLength(seed: number): Uint8Array {
  const below = numbersFrom(seed);
  const ends = ["\n", "\n", "\r\n", "\r"];
  const fields = ["data: ", "data:", "data: ", "id: ", "event: ", ": ", "other: "];
  let text = "";
  for (let lines = 0; lines < 5000; lines++) {
    const end = ends[below(40) < 37 ? 0 : below(4)];
    text += `${fields[below(fields.length)]}${"x".repeat(below(below(10) === 0 ? 300 : 90))}${end}`;
    if (below(3) === 0) text += end;
  }
  return encode(`${text}\n\n`);
}

function feedIn(core: ClientCore, bytes: Uint8Array, size: number, options: ReceiverOptions = {}): ParsedItem[] {
  const receiver = core.createReceiver({ dedup: 0, ...options });
  const items: ParsedItem[] = [];
  for (let from = 0; from < bytes.length; from += size) {
    for (const item of receiver.feed(bytes.slice(from, from + size))) items.push(item);
  }
  return items;
}

describe.each([
  ["with Node's Buffer", inNode],
  ["as in a page", await coreInPage()],
])("%s", (_name, core) => {
  test.each(Object.keys(streams))("%s", (name) => {
    const bytes = streams[name] as Uint8Array;
    const expected = feedIn(javascriptCore, bytes, bytes.length);
    for (const size of [bytes.length, 65536, 1460, 61, 7]) expectSame(feedIn(core, bytes, size), expected);
  });

  test("what is UTF-8 and what is none, as the JavaScript core has it", () => {
    const blocks = Array.from({ length: 20000 }, (_, seed) => join("data: ", likelyBytes(seed), "\n\n"));
    const stream = join(...blocks);
    expectSame(feedIn(core, stream, 4099), feedIn(javascriptCore, stream, 4099));
  });

  test.each([1, 2, 3])("lines that end anywhere, seed %i", (seed) => {
    const bytes = blocksOfEachLength(seed);
    const expected = feedIn(javascriptCore, bytes, bytes.length);
    for (const size of [bytes.length, 4096, 4097, 128, 64, 63, 31, 5]) expectSame(feedIn(core, bytes, size), expected);
  });

  test.each([50_000, 100_000, 1_000_000])("long lines and what follows them, with limits of %i bytes", (limit) => {
    const block = (size: number) => `id: ${size}\ndata: ${"x".repeat(size)}\ndata: y\n\nid: after\ndata: é\n\n`;
    const bytes = encode([60_000, 200_000, 33_000, 90_000, 90_000, 65_536, 200_000, 10].map(block).join(""));
    for (const options of [{ maxLineBytes: limit }, { maxEventBytes: limit }]) {
      const expected = feedIn(javascriptCore, bytes, bytes.length, options);
      for (const size of [4096, 5000, 16_384, 65_536, bytes.length]) {
        expectSame(feedIn(core, bytes, size, options), expected);
      }
    }
  });

  test("items have the contract's fields and no others", () => {
    const receiver = core.createReceiver({ maxLineBytes: 20 });
    const items = receiver.feed(encode("retry: 5\ndata: x\n\ndata: much longer than that\n\n"));
    expect(items.map((item) => Object.keys(item))).toEqual([
      ["kind", "ms"],
      ["kind", "type", "data", "lastEventId"],
      ["kind", "code", "limit"],
    ]);
  });

  test("strings outlive the memory that they came from", () => {
    const receiver = core.createReceiver();
    const first = receiver.feed(encode("id: a-rather-long-id-of-an-event\nevent: t\ndata: é some text\n\n"));
    const before = JSON.stringify(first);
    receiver.feed(encode(`data: ${"x".repeat(8 * 1024 * 1024)}`));
    receiver.feed(encode("\n\nid: another-quite-long-id-of-one\nevent: u\ndata: è other text\n\n"));
    expect(JSON.stringify(first)).toBe(before);
  });

  test("the memory grows while an event is under way, and between two receivers' feeds", () => {
    const one = core.createReceiver();
    const other = core.createReceiver();
    one.feed(encode("id: 1\ndata: é half"));
    const size = 12 * 1024 * 1024;
    const large = other.feed(encode(`data: ${"y".repeat(size)}\n\n`));
    expect(large.map((item) => item.kind === "event" && item.data.length)).toEqual([size]);
    expect(one.feed(encode(" and half\n\n"))).toEqual([
      { kind: "event", type: "message", data: "é half and half", lastEventId: "1" },
    ]);
  });

  test("more types than an input buffer holds can be asked for", () => {
    const events = Array.from({ length: 20000 }, (_, n) => `type ${n}`);
    const receiver = core.createReceiver({ events });
    const items = receiver.feed(encode("event: type 19999\ndata: x\n\nevent: type 20000\ndata: y\n\n"));
    expect(items.map((item) => item.kind === "event" && item.data)).toEqual(["x"]);
  });

  test("a line of 8 MiB in packets, in time linear in its length", () => {
    const size = 8 * 1024 * 1024;
    const bytes = encode(`data: ${"x".repeat(size)}\n\n`);
    let items: ParsedItem[] = [];
    const cpuMs = cpuMsOf(() => {
      items = feedIn(core, bytes, 1460);
    });
    expect(items.map((item) => item.kind === "event" && item.data.length)).toEqual([size]);
    expect(cpuMs).toBeLessThan(10_000);
  });
});
