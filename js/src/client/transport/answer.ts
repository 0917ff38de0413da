import type { StreamFacts } from "../../core/contract.js";
import { diagnostics } from "../development/diagnostics.js";
import { isSafe, type SSEClientOptions } from "../options/options.js";
import { refusalOf, type StreamHandler, type StreamRequest } from "./fetch-transport.js";

/** If a read took longer, in milliseconds, the page could do other work meanwhile. */
const IDLE_MS = 1;
/** After so long the page gets its turn: a frame at 60 Hz is 16 ms. */
const LONGEST_TURN_MS = 8;
/** What follows the end of a stream in its answer is waited for so long. */
const LONGEST_LEAVE_MS = 1000;

/** Reads the answer to a request for the stream until it ends. Rejects where it breaks. */
export async function readAnswer(response: Response, request: StreamRequest, handler: StreamHandler): Promise<void> {
  const { options, signal, chosen } = request;
  const { headers, status } = response;
  if (status === 204) return handler.ended(status);
  const problem = problemOf(response);
  if (problem !== undefined) {
    const error = await refusalOf(problem, response);
    if (signal.aborted) return;
    const isLast = isFinal(response, options);
    if (!signal.aborted) handler.failed(error, isLast); // the option `isFinal` may have closed the client
    return;
  }
  const { origin } = new URL(response.url || request.url);
  const uncount = diagnostics()?.countStream(request.url);
  try {
    handler.opened(origin, factsOf(headers, options), headers.get("X-Last-Event-ID"));
    chosen.answer = headers;
    chosen.answered?.();
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    if (signal.aborted) return cancel();
    signal.addEventListener("abort", cancel, { once: true });
    for (let busyMs = 0; ; ) {
      const askedMs = performance.now();
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (done) return handler.ended(status);
      const readMs = performance.now();
      handler.bytes(value);
      if (request.isReleased()) return leave(reader);
      // What is there already is read without the page coming to anything else, however much there is.
      busyMs = readMs - askedMs > IDLE_MS ? 0 : busyMs + performance.now() - askedMs;
      if (busyMs > LONGEST_TURN_MS) {
        await turn();
        busyMs = 0;
      }
    }
  } finally {
    uncount?.();
  }
}

/** Lets the page come to everything else. Not by a timer: those of a hidden page come once a second, or once a minute. */
function turn(): Promise<unknown> {
  return new Promise((resolve) => {
    if (typeof MessageChannel === "undefined") {
      setTimeout(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(0);
  });
}

/** Waits a little for the answer's own end, which follows that of the stream: then its connection can be used again. */
function leave(reader: ReadableStreamDefaultReader<unknown>): void {
  const cancel = () => void reader.cancel().catch(() => {});
  const timer = setTimeout(cancel, LONGEST_LEAVE_MS);
  const end = () => {
    clearTimeout(timer);
    cancel();
  };
  reader.read().then(end, end);
}

/** Longer silences, in seconds, are taken for mistakes of the server; so are silences of milliseconds. */
const MOST_SECONDS = 86400;

/** What the application itself says of silence comes before what the server says. */
function factsOf(headers: Headers, { silenceMs }: SSEClientOptions): StreamFacts {
  const ms = (name: string, least: number) => {
    const seconds = Number(headers.get(name));
    return seconds > 0 ? 1000 * Math.min(Math.max(seconds, least), MOST_SECONDS) : 0;
  };
  return {
    heartbeatMs: ms("X-Heartbeat-Interval", 0.1),
    ...(silenceMs == null && { silenceMs: ms("X-Silence-Threshold", 1) }),
  };
}

function problemOf({ status, headers, body }: Response): string | undefined {
  if (status !== 200) return `has status ${status}`;
  const type = headers.get("Content-Type");
  if (!/^text\/event-stream\s*(;|$)/i.test(type ?? "")) return `has content type ${type}`;
  return body ? undefined : "has no body to read";
}

/** Whether the same request would only get the same answer, or might do twice what it asks for. */
export function isFinal(response: Response, options: SSEClientOptions): boolean {
  const { status } = response;
  const mayComeAgain = /^(408|425|429|503)$/.test(`${status}`) || (status >= 500 && isSafe(options));
  try {
    const answer: unknown = options.isFinal?.(response);
    if (typeof answer === "boolean") return answer;
    if (answer === undefined) return !mayComeAgain;
    void Promise.resolve(answer).catch(() => {});
    throw new TypeError("isFinal must answer true or false, at once");
  } catch (error) {
    // Reported as what a listener throws is.
    setTimeout(() => {
      throw error;
    });
    return !mayComeAgain;
  }
}
