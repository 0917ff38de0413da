import type { StreamFacts } from "../core/contract.js";
import { SSEError } from "../shared/errors.js";
import { diagnostics } from "./diagnostics.js";
import { isSafe, type SSEClientOptions } from "./options.js";

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
  /** Nobody wants the rest of the answer, and it may end by itself. */
  readonly isReleased: () => boolean;
  /** The handler is called after it, so that the request need not wait for what reads its answer. Rejects: not at all. */
  readonly ready: Promise<unknown>;
}

/** What becomes of an attempt: `opened` at most once, then `bytes`, then one of the others exactly once unless it is aborted. */
export interface StreamHandler {
  /**
   * The server answered with an event stream, from this origin (after redirects). `beginning`: the cursor of a client that
   * came without one, where the server says it: one that is cut before the first byte would begin again, and miss events.
   */
  opened(origin: string, facts: StreamFacts, beginning?: string | null): void;
  bytes(chunk: Uint8Array): void;
  /** The answer has come to its end, and is whole. One of status 204 is nothing but that. */
  ended(status: number): void;
  /** The attempt has failed. A `final` failure would only happen again. */
  failed(error: SSEError, final: boolean): void;
}

/** A refusal is wanted as a problem description (RFC 9457), which an EventSource cannot read. */
const STREAM_ACCEPT = "text/event-stream, application/problem+json";

/** A read that took so long has waited: the page has had its turn. */
const IDLE_MS = 1;
/** After so long the page gets its turn: a frame at 60 Hz is 16 ms. */
const LONGEST_TURN_MS = 8;
/** What follows the end of a stream in its answer is waited for so long. */
const LONGEST_LEAVE_MS = 1000;

/** Makes one attempt with `fetch`: sends the request and reads the answer until it ends. Never rejects. */
export async function openFetch(request: StreamRequest, handler: StreamHandler): Promise<void> {
  const { options, signal } = request;
  let uncount: (() => void) | undefined;
  try {
    const response = await ask(request, request.url, STREAM_ACCEPT);
    await request.ready;
    // A fetch that was given may not know of the signal: whoever aborts must not leave a stream that nobody reads.
    if (signal.aborted) return void response?.body?.cancel().catch(() => {});
    if (response === undefined) return;
    const { headers, status } = response;
    if (status === 204) return handler.ended(status);
    const problem = problemOf(response);
    if (problem !== undefined) {
      const error = await refusalOf(problem, response);
      if (!signal.aborted) handler.failed(error, isFinal(response, options));
      return;
    }
    const { origin } = new URL(response.url || request.url);
    uncount = diagnostics()?.countStream(request.url);
    handler.opened(origin, factsOf(headers, options), headers.get("X-Last-Event-ID"));
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
  } catch (cause) {
    await request.ready.catch(() => {});
    if (signal.aborted || request.isReleased()) return;
    const error =
      cause instanceof SSEError ? cause : new SSEError("CONNECTION_FAILED", "The connection failed", { cause });
    handler.failed(error, error.code === "BAD_RESPONSE");
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

/**
 * Asks for an answer of such a kind, and once more where the user has renewed what lets him in. Undefined where the attempt
 * was aborted before it was made.
 */
export async function ask(request: StreamRequest, url: string, accept: string): Promise<Response | undefined> {
  const { options, signal } = request;
  for (let isRenewed = false; ; isRenewed = true) {
    const { target, ...init } = await prepare(request, url, accept);
    if (signal.aborted) return undefined;
    const response = await (options.fetch ?? fetch)(target, init).catch(async (cause: unknown) => {
      if (signal.aborted || !isElsewhere(target)) throw cause;
      throw await explained(init, cause);
    });
    if (response.status !== 401 || isRenewed || !options.onUnauthorized) return response;
    try {
      if ((await options.onUnauthorized(response)) === false) return response;
    } catch (cause) {
      throw await refusalOf("has status 401, and onUnauthorized has thrown", response, cause);
    }
    if (!response.bodyUsed) void response.body?.cancel().catch(() => {});
  }
}

interface Prepared extends RequestInit {
  readonly target: string;
}

/** The request that a client's options describe, for such an answer. Their own `Accept` is a stream's. */
async function prepare(
  { options, lastEventId, idempotencyKey, signal }: StreamRequest,
  url: string,
  accept: string,
): Promise<Prepared> {
  const { headers: source, body, withCredentials, resumeBy, cursorIn, idempotency } = options;
  // Waits in any case: a listener that reconnects does so in the middle of a chunk, and the cursor is at its end.
  const headers = new Headers(await (typeof source === "function" ? source() : source));
  const id = lastEventId();
  const isGet = id !== "" && resumeBy === "get";
  const method = isGet ? "GET" : (options.method ?? (body === undefined ? "GET" : "POST"));
  if (!headers.has("Accept") || accept !== STREAM_ACCEPT) headers.set("Accept", accept);
  // On another origin, what a server does not expect makes the browser refuse the whole request.
  const isOther = isElsewhere(url);
  const target = new URL(url);
  if (id && (cursorIn ?? (isOther ? "query" : "header")) === "query") target.searchParams.set("lastEventId", id);
  else if (id) headers.set("Last-Event-ID", asByteString(id));
  const wantsKey = !/^(GET|HEAD)$/i.test(method) && (idempotency ?? !isOther);
  if (wantsKey && !headers.has("Idempotency-Key")) headers.set("Idempotency-Key", idempotencyKey);
  return {
    target: target.href,
    method,
    headers,
    cache: "no-store",
    credentials: withCredentials ? "include" : "same-origin",
    signal,
    ...(body !== undefined && !isGet && { body }),
  };
}

/** Whether a page of this origin may only ask there what CORS allows. Elsewhere than in a page, nothing is. */
function isElsewhere(url: string): boolean {
  const { location } = globalThis as { location?: Location };
  return location !== undefined && new URL(url).origin !== location.origin;
}

/** UTF-8, one character a byte: `fetch` refuses a header with a character above U+00FF. */
function asByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** Longer silences than so many seconds are none that a server means; nor are those of milliseconds. */
const MOST_SECONDS = 86400;

/** What the application itself says of silence comes before what the server says. */
function factsOf(headers: Headers, { silenceMs }: SSEClientOptions): StreamFacts {
  const ms = (name: string, least: number) => {
    const seconds = Number(headers.get(name));
    return seconds > 0 ? 1000 * Math.min(Math.max(seconds, least), MOST_SECONDS) : 0;
  };
  return {
    heartbeatMs: ms("X-Heartbeat-Interval", 0.1),
    ...(silenceMs === undefined && { silenceMs: ms("X-Silence-Threshold", 1) }),
  };
}

function problemOf({ status, headers, body }: Response): string | undefined {
  if (status !== 200) return `has status ${status}`;
  const type = headers.get("Content-Type");
  if (!/^text\/event-stream\s*(;|$)/i.test(type ?? "")) return `has content type ${type}`;
  return body ? undefined : "has no body to read";
}

// What says more of a failure is loaded when there is one. Where that fails, too, less is said.

async function refusalOf(problem: string, response: Response, cause?: unknown): Promise<SSEError> {
  try {
    const { refusal } = await import("./refusal.js");
    return await refusal(problem, response, cause);
  } catch {
    return new SSEError("BAD_RESPONSE", `The answer ${problem}`, { status: response.status, cause });
  }
}

async function explained({ headers, credentials }: RequestInit, cause: unknown): Promise<unknown> {
  return import("./refusal.js").then(
    ({ blocked }) => blocked(headers as Headers, credentials === "include", cause),
    () => cause,
  );
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
