import { isBytes } from "../../shared/bytes.js";
import { BEGIN_TYPE, END_TYPE } from "../../shared/notices.js";
import { NodeReadableStream } from "./web-streams.js";

/** What a client of Millrace's is told, so that it does not ask again for what it has. Others ignore it. */
const END = `event: ${END_TYPE}\ndata: ${JSON.stringify({ reason: "closed", reconnect: false })}\n\n`;

/**
 * A stream that somebody else has made, with the notice of its end behind it where it ends whole; one that fails, or is
 * cancelled, has none. A last event without its empty line, which clients would not deliver, gets it. A stream of Millrace's
 * that was passed on (piped, teed, fetched from another server) says its end itself, or was cut: nothing is added to it.
 *
 * @param source - of bytes; texts are taken, too, and sent as UTF-8.
 */
export function withEnd(source: ReadableStream<Uint8Array | string>): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  const encoder = new TextEncoder();
  let last: Uint8Array = new Uint8Array(0); // at most four bytes
  let beginning = "";
  let half = ""; // of a pair of surrogates that was cut between two chunks
  const bytesOf = (text: string) => {
    const whole = half + text;
    half = /[\ud800-\udbff]$/.exec(whole)?.[0] ?? "";
    return encoder.encode(whole.slice(0, whole.length - half.length));
  };
  const take = (chunk: Uint8Array) => {
    last = Uint8Array.of(...last, ...chunk.subarray(-4)).slice(-4);
    const room = LONGEST_BEGINNING - beginning.length;
    if (room > 0) beginning += String.fromCharCode(...chunk.subarray(0, room));
    return chunk;
  };
  const bytes: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const { done, value } = await reader.read();
      if (half && typeof value !== "string") {
        controller.enqueue(take(encoder.encode(half)));
        half = "";
      }
      if (done) {
        if (!OURS.test(beginning)) controller.enqueue(encoder.encode(`${missingLineEnds(last)}${END}`));
        controller.close();
        return;
      }
      const chunk = typeof value === "string" ? bytesOf(value) : value;
      if (!isBytes(chunk)) {
        const error = new TypeError("A stream for sseResponse must give bytes or text");
        void reader.cancel(error).catch(() => {}); // its source can stop
        throw error;
      }
      controller.enqueue(take(chunk));
    },
    cancel: (reason) => reader.cancel(reason),
  };
  return new NodeReadableStream(bytes, { highWaterMark: 0 });
}

/** Comments may stand before a stream's beginning; compressed, it begins with gzip's magic number (RFC 1952, 2.3.1). */
const OURS = new RegExp(`^(\x1f\x8b|[^]*event: ${BEGIN_TYPE}\n)`);
const LONGEST_BEGINNING = 256;

const CR = 0x0d;

/** What is missing to the empty line that ends an event. */
function missingLineEnds(last: Uint8Array): string {
  const text = String.fromCharCode(...last).replace(/\r\n?/g, "\n");
  if (text === "" || text.endsWith("\n\n")) return "";
  // Behind a lone CR an LF would be the same line's end.
  if (last.at(-1) === CR) return "\r";
  return text.endsWith("\n") ? "\n" : "\n\n";
}
