import { SSEError } from "../shared/errors.js";
import type { SSEClientOptions } from "./options.js";

/** What one attempt asks for. */
export interface StreamRequest {
  readonly url: string;
  readonly options: SSEClientOptions;
  /** The cursor; read when the request is sent. */
  readonly lastEventId: () => string;
  /** Aborting it ends the attempt: the handler hears nothing more. */
  readonly signal: AbortSignal;
}

/** What becomes of an attempt: `opened` at most once, then `bytes`, then `failed` exactly once unless it is aborted. */
export interface StreamHandler {
  /** The server answered with an event stream, from this origin (after redirects). */
  opened(origin: string): void;
  bytes(chunk: Uint8Array): void;
  /** The attempt is over, the regular end of the stream included. A `final` failure would only happen again. */
  failed(error: SSEError, final: boolean): void;
}

/** Makes one attempt with `fetch`: sends the request and reads the answer until it ends. Never rejects. */
export async function openStream(request: StreamRequest, handler: StreamHandler): Promise<void> {
  const { options, signal } = request;
  try {
    const init = await prepare(request);
    if (signal.aborted) return;
    const response = await (options.fetch ?? fetch)(request.url, init);
    // A fetch that was given may not know of the signal: whoever aborts must not leave a stream that nobody reads.
    if (signal.aborted) return void response.body?.cancel().catch(() => {});
    const refusal = refusalOf(response);
    if (refusal || !response.body)
      return handler.failed(refusal ?? badResponse("has no body to read", response), isFinal(response.status));

    handler.opened(new URL(response.url || request.url).origin);
    const reader = response.body.getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    if (signal.aborted) return cancel();
    signal.addEventListener("abort", cancel, { once: true });
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (done) return handler.failed(new SSEError("CONNECTION_FAILED", "The stream ended"), false);
      handler.bytes(value);
    }
  } catch (cause) {
    if (!signal.aborted) handler.failed(new SSEError("CONNECTION_FAILED", "The connection failed", { cause }), false);
  }
}

async function prepare({ options, lastEventId, signal }: StreamRequest): Promise<RequestInit> {
  const { headers: source, body, method = body === undefined ? "GET" : "POST", withCredentials } = options;
  // Waits in any case: a listener that reconnects does so in the middle of a chunk, and the cursor is at its end.
  const headers = new Headers(await (typeof source === "function" ? source() : source));
  if (!headers.has("Accept")) headers.set("Accept", "text/event-stream");
  const id = lastEventId();
  if (id) headers.set("Last-Event-ID", asByteString(id));
  return {
    method,
    headers,
    cache: "no-store",
    credentials: withCredentials ? "include" : "same-origin",
    signal,
    ...(body !== undefined && { body }),
  };
}

/** UTF-8, one character a byte: `fetch` refuses a header with a character above U+00FF. */
function asByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

function refusalOf(response: Response): SSEError | undefined {
  if (response.status !== 200) return badResponse(`has status ${response.status}`, response);
  const type = response.headers.get("Content-Type");
  if (!/^text\/event-stream\s*(;|$)/i.test(type ?? "")) return badResponse(`has content type ${type}`, response);
  return undefined;
}

function badResponse(problem: string, { status }: Response): SSEError {
  return new SSEError("BAD_RESPONSE", `The answer is no event stream: it ${problem}`, { status });
}

/** Whether the same request would only get the same answer. */
function isFinal(status: number): boolean {
  return status < 500 && status !== 408 && status !== 425 && status !== 429;
}
