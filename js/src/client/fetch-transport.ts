import type { StreamFacts } from "../core/contract.js";
import { SSEError } from "../shared/errors.js";
import { LONGEST_TIMER_MS } from "../shared/timers.js";
import type { SSEClientOptions } from "./options.js";

/** What one attempt asks for. */
export interface StreamRequest {
  readonly url: string;
  readonly options: SSEClientOptions;
  /** The cursor; read when the request is sent. */
  readonly lastEventId: () => string;
  /** The same for all attempts of one client. */
  readonly idempotencyKey: string;
  /** Aborting it ends the attempt: the handler hears nothing more. */
  readonly signal: AbortSignal;
  /** The handler is called after it, so that the request need not wait for what reads its answer. Rejects: not at all. */
  readonly ready: Promise<unknown>;
}

/** What becomes of an attempt: `opened` at most once, then `bytes`, then `failed` exactly once unless it is aborted. */
export interface StreamHandler {
  /**
   * The server answered with an event stream, from this origin (after redirects). `beginning`: the cursor of a client that
   * came without one, where the server says it: one that is cut before the first byte would begin again, and miss events.
   */
  opened(origin: string, facts: StreamFacts, beginning?: string | null): void;
  bytes(chunk: Uint8Array): void;
  /** The attempt is over, the regular end of the stream included. A `final` failure would only happen again. */
  failed(error: SSEError, final: boolean): void;
}

/** A refusal is wanted as a problem description (RFC 9457), which an EventSource cannot read. */
const STREAM_ACCEPT = "text/event-stream, application/problem+json";

/** The largest body of a refusal that is read, in bytes. */
const MOST_PROBLEM_BYTES = 65536;

/** A read that took so long has waited: the page has had its turn. */
const IDLE_MS = 1;
/** After so long the page gets its turn: a frame at 60 Hz is 16 ms. */
const LONGEST_TURN_MS = 8;

/** Makes one attempt with `fetch`: sends the request and reads the answer until it ends. Never rejects. */
export async function openFetch(request: StreamRequest, handler: StreamHandler): Promise<void> {
  const { options, signal } = request;
  try {
    const init = await prepare(request, STREAM_ACCEPT);
    if (signal.aborted) return;
    const response = await (options.fetch ?? fetch)(request.url, init);
    await request.ready;
    // A fetch that was given may not know of the signal: whoever aborts must not leave a stream that nobody reads.
    if (signal.aborted) return void response.body?.cancel().catch(() => {});
    const problem = problemOf(response);
    if (problem !== undefined) {
      const error = await refusal(problem, response);
      if (!signal.aborted) handler.failed(error, isFinal(response.status));
      return;
    }
    const { headers } = response;
    const { origin } = new URL(response.url || request.url);
    handler.opened(origin, factsOf(headers, options), headers.get("X-Last-Event-ID"));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    if (signal.aborted) return cancel();
    signal.addEventListener("abort", cancel, { once: true });
    for (let busyMs = 0; ; ) {
      const askedMs = performance.now();
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (done) return handler.failed(new SSEError("CONNECTION_FAILED", "The stream ended"), false);
      const readMs = performance.now();
      handler.bytes(value);
      // What is there already is read without the page coming to anything else, however much there is.
      busyMs = readMs - askedMs > IDLE_MS ? 0 : busyMs + performance.now() - askedMs;
      if (busyMs > LONGEST_TURN_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        busyMs = 0;
      }
    }
  } catch (cause) {
    await request.ready.catch(() => {});
    if (!signal.aborted) handler.failed(new SSEError("CONNECTION_FAILED", "The connection failed", { cause }), false);
  }
}

/** The request that a client's options describe, for such an answer. Their own `Accept` is a stream's. */
export async function prepare(
  { options, lastEventId, idempotencyKey, signal }: Omit<StreamRequest, "url" | "ready">,
  accept: string,
): Promise<RequestInit> {
  const { headers: source, body, withCredentials, resumeBy } = options;
  // Waits in any case: a listener that reconnects does so in the middle of a chunk, and the cursor is at its end.
  const headers = new Headers(await (typeof source === "function" ? source() : source));
  const id = lastEventId();
  const isGet = id !== "" && resumeBy === "get";
  const method = isGet ? "GET" : (options.method ?? (body === undefined ? "GET" : "POST"));
  if (!headers.has("Accept") || accept !== STREAM_ACCEPT) headers.set("Accept", accept);
  if (id) headers.set("Last-Event-ID", asByteString(id));
  if (!/^(GET|HEAD)$/i.test(method) && !headers.has("Idempotency-Key")) headers.set("Idempotency-Key", idempotencyKey);
  return {
    method,
    headers,
    cache: "no-store",
    credentials: withCredentials ? "include" : "same-origin",
    signal,
    ...(body !== undefined && !isGet && { body }),
  };
}

/** UTF-8, one character a byte: `fetch` refuses a header with a character above U+00FF. */
function asByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** What the application itself says of silence comes before what the server says. */
function factsOf(headers: Headers, { silenceMs }: SSEClientOptions): StreamFacts {
  const ms = (name: string) => {
    const said = 1000 * Number(headers.get(name));
    return Number.isFinite(said) && said > 0 ? said : 0;
  };
  return {
    heartbeatMs: ms("X-Heartbeat-Interval"),
    ...(silenceMs === undefined && { silenceMs: ms("X-Silence-Threshold") }),
  };
}

function problemOf({ status, headers, body }: Response): string | undefined {
  if (status !== 200) return `has status ${status}`;
  const type = headers.get("Content-Type");
  if (!/^text\/event-stream\s*(;|$)/i.test(type ?? "")) return `has content type ${type}`;
  return body ? undefined : "has no body to read";
}

/** The error of an answer that is not what was asked for, with what the server says of it (RFC 9457). */
export async function refusal(problem: string, response: Response): Promise<SSEError> {
  const { status, headers } = response;
  const said = await problemBody(response);
  const title = (said as { title?: unknown } | undefined)?.title;
  const reason = typeof title === "string" ? `: ${title}` : "";
  return new SSEError("BAD_RESPONSE", `The answer is no event stream: it ${problem}${reason}`, {
    status,
    retryAfterMs: retryAfterMs(headers.get("Retry-After")),
    ...(said !== undefined && { problem: said }),
  });
}

async function problemBody({ headers, body }: Response): Promise<unknown> {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(headers.get("Content-Type") ?? "")) {
    void body?.cancel().catch(() => {});
    return undefined;
  }
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let bytes = 0; reader && bytes <= MOST_PROBLEM_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return JSON.parse(text);
      bytes += value.length;
      text += decoder.decode(value, { stream: true });
    }
    void reader?.cancel().catch(() => {});
  } catch {
    // What it said is lost, and does not matter as much as that it refused.
  }
  return undefined;
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? 1000 * Number(header) : Date.parse(header) - Date.now();
  return ms > 0 ? Math.min(ms, LONGEST_TIMER_MS) : 0;
}

/** Whether the same request would only get the same answer. */
export function isFinal(status: number): boolean {
  return status < 500 && status !== 408 && status !== 425 && status !== 429;
}
