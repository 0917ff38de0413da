import { toEventText } from "../client/event-text.js";
import { type SSEMessage, toNativeEvent } from "../server/message.js";
import type { CloseReason } from "../server/options.js";
import type { SSEStream } from "../server/stream.js";
import { SSEError } from "../shared/errors.js";
import { END_TYPE } from "../shared/notices.js";

/** What a handler was seen to send. */
export interface MockStream {
  /** What takes the place of {@link createSSEStream}'s: a handler sends to it, `sseResponse` takes it. */
  readonly stream: SSEStream;
  /** The messages, in order, as they were given to `send`, and refused where the real one refuses them. */
  readonly sent: readonly SSEMessage[];
  /** The texts given to `comment`. */
  readonly comments: readonly string[];
  /** Whether the stream has ended. */
  readonly closed: boolean;
  /** Why it has ended; undefined until then. */
  readonly reason: CloseReason | undefined;
  /** The client goes: the stream's signal aborts, and what is sent from then on has a receipt with the id null. */
  disconnect(): void;
}

let streams = 0;

/**
 * A stream without a server, for tests of what sends to one. It needs no addon and opens nothing. Its `stream.stream` has what
 * was sent, as bytes, with ids `mock.1`, `mock.2`, ….
 *
 * @example
 * const { stream, sent, closed } = mockStream();
 * await answer(question, stream);
 * expect(sent).toEqual([{ event: "token", data: "Hello", raw: true }]);
 * @example
 * vi.mock("millrace", async (original) => ({ ...(await original()), createSSEStream: () => mock.stream }));
 */
export function mockStream(): MockStream {
  const sent: SSEMessage[] = [];
  const comments: string[] = [];
  const abort = new AbortController();
  const encoder = new TextEncoder();
  let reason: CloseReason | undefined;
  let resolveClosed: (reason: CloseReason) => void = () => {};
  const closed = new Promise<CloseReason>((resolve) => {
    resolveClosed = resolve;
  });
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const bytes = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: () => end("disconnected"),
  });

  function end(because: CloseReason): void {
    if (reason !== undefined) return;
    reason = because;
    resolveClosed(because);
    abort.abort();
  }
  /** False where the client has gone. */
  function isOpen(): boolean {
    if (reason === "disconnected") return false;
    if (reason !== undefined)
      throw new SSEError("STREAM_CLOSED", "The stream has ended; check stream.signal.aborted before sending");
    return true;
  }
  // As a stream of the server's it says its end itself.
  Object.assign(bytes, { owner: {} });
  const write = (text: string) => controller?.enqueue(encoder.encode(text));

  const stream: SSEStream = {
    stream: bytes,
    id: `mock-${++streams}`,
    closed,
    signal: abort.signal,
    send: (message) => {
      const { event = "message", id = `mock.${sent.length + 1}`, data = "", retry, isRaw } = toNativeEvent(message);
      if (!isOpen()) return { id: null };
      sent.push(message);
      write(`${retry === undefined ? "" : `retry: ${retry}\n`}${toEventText(event, data, id, isRaw)}`);
      return { id };
    },
    comment: (text) => {
      if (!isOpen()) return { id: null };
      comments.push(text);
      write(`${text.replace(/^/gm, ": ")}\n\n`);
      return { id: null };
    },
    close: (because = "closed") => {
      if (reason !== undefined) return;
      write(toEventText(END_TYPE, JSON.stringify({ reason: because, reconnect: false }), undefined));
      controller?.close();
      end(because);
    },
  };
  return {
    stream,
    sent,
    comments,
    get closed() {
      return reason !== undefined;
    },
    get reason() {
      return reason;
    },
    disconnect: () => {
      if (reason !== undefined) return;
      end("disconnected");
      controller?.error(new DOMException("The client has gone", "AbortError"));
    },
  };
}
