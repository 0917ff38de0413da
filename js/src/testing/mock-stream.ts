import { toCursorText, toEventText } from "../client/stream/event-text.js";
import type { NativeEvent } from "../native/binding.js";
import { accepted, type SSEMessage, toNativeEvent } from "../server/content/message.js";
import type { CloseReason } from "../server/observe/close-reason.js";
import type { SSEStream } from "../server/stream/sse-stream.js";
import { isPlainObject, requireReason, requireString } from "../shared/arguments.js";
import { SSEError } from "../shared/errors.js";
import { BEGIN_TYPE, END_TYPE } from "../shared/notices.js";

/** What a handler was seen to send. */
export interface MockStream {
  /** What takes the place of {@link createSSEStream}'s: a handler sends to it, `sseResponse` takes it. */
  readonly stream: SSEStream;
  /** Copies of the messages, in order, as they were when they were given to `send`; without those that the real one refuses. */
  readonly sent: readonly SSEMessage[];
  /** The texts given to `comment`. */
  readonly comments: readonly string[];
  /** As `stream.closed`: resolves with the reason. `closed.reason` is it, too, and undefined as long as the stream is open. */
  readonly closed: Promise<CloseReason> & { readonly reason: CloseReason | undefined };
  /** `closed.reason`. */
  readonly reason: CloseReason | undefined;
  /** The client goes: the stream's signal aborts, and what is sent from then on has a receipt with the id null. */
  disconnect(): void;
}

let streams = 0;

/**
 * A stream without a server, for tests of what sends to one. It needs no addon and opens nothing. Its `stream.stream` has what
 * was sent, as bytes, with ids `mock.1`, `mock.2`, …. What it gives may be taken apart: `closed` is a promise for that, which
 * also says by `closed.reason` how things are.
 *
 * @example
 * const { stream, sent, closed } = mockStream();
 * await answer(question, stream);
 * expect(sent).toEqual([{ event: "token", data: "Hello", raw: true }]);
 * expect(closed.reason).toBe("closed"); // or: expect(await closed)
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
  const ended = new Promise<CloseReason>((resolve) => {
    resolveClosed = resolve;
  });
  const closed = Object.defineProperty(ended, "reason", {
    get: () => reason,
    enumerable: true,
  }) as MockStream["closed"];
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
    abort.abort(because);
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
      const native = toNativeEvent(message);
      if (!isOpen()) return { id: null };
      requireSendable(native);
      const { event, id = `mock.${sent.length + 1}`, data, retry, isRaw } = native;
      const isEvent = Boolean(event) || data !== undefined;
      const text = isEvent ? toEventText(event || "message", data ?? "", id, isRaw) : toCursorText(id);
      requireFits(text);
      sent.push(copyOf(message));
      write(`${retry === undefined ? "" : `retry: ${retry}\n`}${text}`);
      return { id };
    },
    comment: (text) => {
      requireString("text", text);
      if (!isOpen()) return { id: null };
      const lines = `${text.replace(/\r\n?/g, "\n").replace(/^/gm, ": ")}\n\n`;
      requireFits(lines);
      comments.push(text);
      write(lines);
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
    closed,
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

/**
 * A message that is used again, with other data, must not change what was sent. What says itself how it is written, and what
 * cannot be copied, stays as it is. (Not all by structuredClone, which a test runner may take from another realm: then strict
 * comparisons fail.)
 */
function copyOf<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || "toJSON" in value) return value;
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  if (isPlainObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member)])) as Value;
  }
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

const MOST_ID_BYTES = 1024;
/** Of a hub's log, by default, in bytes. */
const LARGEST_EVENT = 8 * 1024 * 1024;
/** The form of the hub's own ids: an epoch in base 36, a dot, and a number, both of 64 bits. */
const OWN_ID = /^(0|[1-9a-z][0-9a-z]*)\.(0|[1-9]\d*)$/;
const LARGEST_EPOCH = "3w5e11264sgsf";
const LARGEST_NUMBER = "18446744073709551615";

/** What the core refuses, for the same reasons, in its order. */
function requireSendable({ event, id, data, retry }: NativeEvent): void {
  if (!event && [id, data, retry].every((field) => field === undefined)) accepted("empty");
  if (id !== undefined) requireId(id);
  if (event !== undefined && /[\r\n\0]/.test(event)) accepted("invalidType");
}

function requireId(id: string): void {
  if (id === "") accepted("idEmpty");
  if (isLonger(id, MOST_ID_BYTES)) accepted("idTooLong");
  if (/[^ -~\x80-\uffff]/.test(id)) accepted("invalidId");
  if (/^ | $/.test(id)) accepted("idOuterSpace");
  const [, epoch, number] = OWN_ID.exec(id) ?? [];
  if (epoch && number && isWithin(epoch, LARGEST_EPOCH) && isWithin(number, LARGEST_NUMBER)) accepted("idReserved");
}

/** Of whole numbers in the same base, without zeros in front. */
function isWithin(digits: string, most: string): boolean {
  return digits.length < most.length || (digits.length === most.length && digits <= most);
}

function requireFits(text: string): void {
  if (isLonger(text, LARGEST_EVENT)) accepted("tooLarge");
}

/** In bytes, of which a character has three at most. */
function isLonger(text: string, most: number): boolean {
  return text.length * 3 > most && new TextEncoder().encode(text).length > most;
}
