// What the parsers are given: streams of bytes, cut into chunks. Each workload:
//   id, title
//   bytes           size of the stream, about
//   build           (bytes, random) → chunks
//   dedup           how many of the last events are remembered; 0 where not given
//   reconnects      every chunk is a connection of its own
//   withQuarter     a stream of a quarter of the bytes is measured too, to see whether the time is linear
import { eastern, prose, randomFrom, records, whole, word } from "./texts.mjs";

const KB = 1024;
const MB = 1024 * KB;
/** What fetch hands over at most, in Chromium. */
const CHUNK_BYTES = 64 * KB;
/** Fits in an Ethernet frame. */
const PACKET_BYTES = 1460;
export const DEDUP_IDS = 1000;

const encoder = new TextEncoder();
const id = (number) => `1763700000000000.${number}`;
const block = (number, data) => `id: ${id(number)}\ndata: ${data}\n\n`;
/** A token of a language model, as JSON: 3 to 12 characters. */
const token = (random) => JSON.stringify(word(random, 1, 10));
const tokenBlock = (number, random) => block(number, token(random));

/** Blocks until they have so many bytes; at least one. `make` is told its number, from 1, and the bytes before it. */
function blocksOf(bytes, make) {
  const blocks = [];
  for (let size = 0; size < bytes; size += blocks.at(-1).length)
    blocks.push(encoder.encode(make(blocks.length + 1, size)));
  return blocks;
}

/** In memory of its own, as fetch hands it over: a short Uint8Array would otherwise live among V8's objects. */
const chunkOf = (bytes, from, to) => new Uint8Array(bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + to));

function cut(blocks, chunkBytes = CHUNK_BYTES) {
  const stream = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const bytes of blocks) {
    stream.set(bytes, end);
    end += bytes.length;
  }
  const chunks = [];
  for (let from = 0; from < end; from += chunkBytes)
    chunks.push(chunkOf(stream, from, Math.min(from + chunkBytes, end)));
  return chunks;
}

const inChunks = (make, chunkBytes) => (bytes, random) =>
  cut(
    blocksOf(bytes, (number, before) => make(number, random, before)),
    chunkBytes,
  );

/** Each chunk is a connection, which begins with the 900 last events of the one before, and brings 900 new ones. */
function withRepeats(bytes, random) {
  const chunks = [];
  let fresh = [];
  for (let [size, number] = [0, 0]; size < bytes; size += chunks.at(-1).length) {
    const repeats = fresh;
    fresh = Array.from({ length: 900 }, () => {
      number += 1;
      return encoder.encode(tokenBlock(number, random));
    });
    chunks.push(...cut([...repeats, ...fresh], 10 * MB));
  }
  return chunks;
}

/** The first event that begins in a chunk has its id line ended by CR. */
function strayCr() {
  let chunk = -1;
  return (number, random, before) => {
    const text = tokenBlock(number, random);
    if (Math.floor(before / CHUNK_BYTES) === chunk) return text;
    chunk = Math.floor(before / CHUNK_BYTES);
    return text.replace("\n", "\r");
  };
}

function longLine(bytes, random) {
  const text = prose(random, 64 * KB);
  return cut([encoder.encode(block(1, text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes)))], PACKET_BYTES);
}

export const workloads = [
  {
    id: "tokens",
    title: "one small event a chunk",
    bytes: MB,
    build: (bytes, random) =>
      blocksOf(bytes, (number) => tokenBlock(number, random)).map((bytes) => chunkOf(bytes, 0, bytes.length)),
  },
  { id: "small", title: "small events, 64 KB chunks", bytes: 4 * MB, build: inChunks(tokenBlock) },
  {
    id: "crlf",
    title: "the same with CRLF",
    bytes: 4 * MB,
    build: inChunks((number, random) => tokenBlock(number, random).replaceAll("\n", "\r\n")),
  },
  {
    id: "lines",
    title: "100 data lines an event",
    bytes: 4 * MB,
    build: inChunks((number, random) => {
      const lines = Array.from({ length: 100 }, () => prose(random, whole(random, 20, 60)));
      return block(number, lines.join("\ndata: "));
    }),
  },
  {
    id: "json",
    title: "10 KB JSON events",
    bytes: 4 * MB,
    build: inChunks((number, random) => block(number, records(random, 10 * KB))),
  },
  {
    id: "large",
    title: "1 MB event in 16 KB pieces",
    bytes: 4 * MB,
    build: inChunks((number, random) => block(number, records(random, MB)), 16 * KB),
  },
  {
    id: "eastern",
    title: "CJK and emoji",
    bytes: 4 * MB,
    build: inChunks((number, random) => block(number, eastern(random, whole(random, 200, 600)))),
  },
  { id: "dedup", title: "dedup, half repeats", bytes: 4 * MB, dedup: DEDUP_IDS, reconnects: true, build: withRepeats },
  {
    id: "stray-cr",
    title: "a stray CR in each 64 KB",
    bytes: 4 * MB,
    build: (bytes, random) => inChunks(strayCr())(bytes, random),
  },
  { id: "line", title: "an 8 MB line in packets", bytes: 8 * MB, build: longLine, withQuarter: true },
];

/** The workload's streams, the smaller first: { part, chunks, reconnects, bytes }; `part` is empty for the whole one. */
export function streamsOf({ bytes, build, withQuarter = false, reconnects = false }, scale = 1) {
  const streams = [{ part: "", size: bytes * scale }];
  if (withQuarter) streams.unshift({ part: "Quarter", size: (bytes * scale) / 4 });
  return streams.map(({ part, size }) => {
    const chunks = build(Math.ceil(size), randomFrom(20_251_121));
    return { part, chunks, reconnects, bytes: chunks.reduce((sum, { length }) => sum + length, 0) };
  });
}
