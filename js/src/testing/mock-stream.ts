import { toCursorText, toEventText } from "../client/event-text.js";
import { requireReason, requireString } from "../server/arguments.js";
import { accepted, type SSEMessage, toNativeEvent } from "../server/message.js";
import type { CloseReason } from "../server/options.js";
import type { SSEStream } from "../server/stream.js";
import { SSEError } from "../shared/errors.js";
import { BEGIN_TYPE, END_TYPE } from "../shared/notices.js";

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
  const texts = [toEventText(BEGIN_TYPE, '{"resumes":false}', undefined)];
  let reason: CloseReason | undefined;
  let resolveClosed: (reason: CloseReason) => void = () => {};
  const closed = new Promise<CloseReason>((resolve) => {
    resolveClosed = resolve;
  });
  let bytes: ReadableStream<Uint8Array> | undefined;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const write = (text: string) => {
    if (controller) controller.enqueue(new TextEncoder().encode(text));
    else texts.push(text);
  };
  /** Made when it is asked for: test environments may have no streams. */
  const open = () => {
    bytes ??= new ReadableStream<Uint8Array>({
      start: (given) => {
        controller = given;
        texts.forEach(write);
        if (reason === "disconnected") disconnectBytes();
        else if (reason !== undefined) given.close();
      },
      cancel: () => end("disconnected"),
    });
    // As a stream of the server's it says its end itself.
    return Object.assign(bytes, { owner: {} });
  };
  const disconnectBytes = () => controller?.error(new DOMException("The client has gone", "AbortError"));

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
  const stream: SSEStream = {
    get stream() {
      return open();
    },
    id: `mock-${++streams}`,
    closed,
    signal: abort.signal,
    send: (message) => {
      requireSendable(message);
      const { event, id = `mock.${sent.length + 1}`, data, retry, isRaw } = toNativeEvent(message);
      if (!isOpen()) return { id: null };
      sent.push(message);
      const isEvent = event !== undefined || data !== undefined;
      const text = isEvent ? toEventText(event ?? "message", data ?? "", id, isRaw) : toCursorText(id);
      write(`${retry === undefined ? "" : `retry: ${retry}\n`}${text}`);
      return { id };
    },
    comment: (text) => {
      requireString("text", text);
      if (!isOpen()) return { id: null };
      comments.push(text);
      write(`${text.replace(/\r\n?/g, "\n").replace(/^/gm, ": ")}\n\n`);
      return { id: null };
    },
    close: (because = "closed") => {
      requireReason(because);
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
      disconnectBytes();
    },
  };
}

const MOST_ID_BYTES = 1024;
/** Of a hub's log, by default; in characters, which are no more than its bytes. */
const LARGEST_EVENT = 8 * 1024 * 1024;

/** What the core refuses, for the same reasons. */
function requireSendable(message: SSEMessage): void {
  const { event, id, data, retry } = toNativeEvent(message);
  if ([event, id, data, retry].every((field) => field === undefined)) accepted("empty");
  if ((data?.length ?? 0) > LARGEST_EVENT) accepted("tooLarge");
  if (event !== undefined && /[\r\n\0]/.test(event)) accepted("invalidType");
  if (id === undefined) return;
  if (id === "") accepted("idEmpty");
  if (/[^ -~\x80-\uffff]/.test(id)) accepted("invalidId");
  if (/^ | $/.test(id)) accepted("idOuterSpace");
  if (/^[a-z0-9]+\.\d+$/i.test(id)) accepted("idReserved");
  if (id.length * 3 > MOST_ID_BYTES && new TextEncoder().encode(id).length > MOST_ID_BYTES) accepted("idTooLong");
}
