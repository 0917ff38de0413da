import type { ParsedItem, ReceiverOptions } from "../../js/src/core/contract.js";
import { javascriptCore } from "../../js/src/core/javascript/index.js";

const ROUNDS = 4000;

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
  "unknown: field\n",
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

function decode(bytes: string): { text: string; wellFormed: boolean } {
  const input = Buffer.from(bytes, "latin1");
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
  return { text, wellFormed: Buffer.from(text).equals(input) };
}

/** The rules once more, the slow and obvious way: all bytes at once, split into lines, no state but the event's. */
function reference(stream: string, options: Required<ReceiverOptions>) {
  const { dedup, maxLineBytes, maxEventBytes } = options;
  const items: ParsedItem[] = [];
  const seen: string[] = [];
  let lastEventId = "";

  // The beginning of a byte order mark may yet become one.
  if ("\xef\xbb\xbf".startsWith(stream)) return { items, lastEventId };
  const lines = stream.replace(/^\xef\xbb\xbf/, "").split(/\r\n|\r|\n/);
  const unfinished = lines.pop() ?? "";

  let [data, type, id]: [string[], string, string | undefined] = [[], "", undefined];
  let dropped = false;
  const drop = (code: "LINE_TOO_LONG" | "EVENT_TOO_LARGE", limit: number) => {
    if (!dropped) items.push({ kind: "error", code, limit });
    dropped = true;
  };
  const isTooLong = (line: string) => !line.startsWith(":") && line.length > maxLineBytes;

  for (const line of lines) {
    if (isTooLong(line)) {
      drop("LINE_TOO_LONG", maxLineBytes);
    } else if (line === "") {
      if (id !== undefined) lastEventId = decode(id).text;
      const isRepeat = id !== undefined && seen.slice(-dedup || seen.length).includes(id);
      if (!dropped && data.length > 0 && !isRepeat) {
        if (id) seen.push(id);
        const [decodedData, decodedType, decodedId] = [decode(data.join("\n")), decode(type), decode(id ?? "")];
        if (!decodedData.wellFormed || !decodedType.wellFormed || !decodedId.wellFormed) {
          items.push({ kind: "error", code: "INVALID_UTF8", limit: 0 });
        }
        items.push({ kind: "event", type: decodedType.text || "message", data: decodedData.text, lastEventId });
      }
      [data, type, id] = [[], "", undefined];
      dropped = false;
    } else {
      const colon = `${line}:`.indexOf(":");
      const field = line.slice(0, colon);
      const value = line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") data.push(value);
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
  return { items, lastEventId };
}

test(`${ROUNDS} seeded streams, cut at random, give what the naive reference gives`, () => {
  const kinds = new Map<string, number>();
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const random = seeded(seed);
    const stream = randomStream(random);
    const options = {
      dedup: random(3),
      maxLineBytes: random(2) === 0 ? 1000 : 1 + random(24),
      maxEventBytes: random(2) === 0 ? 1000 : 1 + random(24),
    };
    const bytes = new Uint8Array(Buffer.from(stream, "latin1"));
    const receiver = javascriptCore.createReceiver(options);
    const items: ParsedItem[] = [];
    for (let start = 0; start < bytes.length; ) {
      const end = start + 1 + random(20);
      items.push(...receiver.feed(bytes.slice(start, end)));
      start = end;
    }
    expect({ seed, items, lastEventId: receiver.lastEventId }).toEqual({ seed, ...reference(stream, options) });
    for (const item of items) {
      const kind = item.kind === "error" ? item.code : item.kind;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  // A generator that never gets there tests nothing.
  for (const kind of ["event", "retry", "LINE_TOO_LONG", "EVENT_TOO_LARGE", "INVALID_UTF8"]) {
    expect(kinds.get(kind) ?? 0).toBeGreaterThan(100);
  }
});
