import type { StreamFacts } from "../../core/contract.js";
import { SSEError } from "../../shared/errors.js";
import { EVENT_TYPES_HEADER, EVENT_TYPES_QUERY } from "../../shared/event-types.js";
import { CHANNELS_HEADER } from "../../shared/stream-control.js";
import type { SSEClientOptions } from "../options/options.js";
import type { ChosenChannels } from "./chosen-channels.js";

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
  readonly chosen: ChosenChannels;
  /** To be called when the request is about to be sent. */
  readonly sending: () => void;
  /** Nobody wants the rest of the answer, and it may end by itself. */
  readonly isReleased: () => boolean;
}

/** What becomes of an attempt: `opened` at most once, then `bytes`, then one of the others exactly once unless it is aborted. */
export interface StreamHandler {
  /** Reads an answer until it ends, and calls the others; rejects where it breaks. */
  read(response: Response, request: StreamRequest): Promise<void>;
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

/**
 * Makes one attempt with `fetch`: sends the request and lets the answer be read until it ends. Never rejects.
 *
 * @param ready - the handler. The request does not wait for it, and the answer does. Never rejects; undefined where nobody wants
 *   the answer any more.
 */
export async function openFetch(request: StreamRequest, ready: Promise<StreamHandler | undefined>): Promise<void> {
  const { signal } = request;
  try {
    const response = await ask(request, request.url, STREAM_ACCEPT);
    const handler = await ready;
    // A `fetch` of the user's may ignore the signal: its stream must not stay open without a reader.
    if (signal.aborted || !handler) return void response?.body?.cancel().catch(() => {});
    if (response) await handler.read(response, request);
  } catch (cause) {
    const handler = await ready;
    if (signal.aborted || !handler || request.isReleased()) return;
    const error =
      cause instanceof SSEError ? cause : new SSEError("CONNECTION_FAILED", "The connection failed", { cause });
    handler.failed(error, error.code === "BAD_RESPONSE");
  }
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
    request.sending();
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
  { options, lastEventId, idempotencyKey, signal, chosen }: StreamRequest,
  url: string,
  accept: string,
): Promise<Prepared> {
  const { headers: source, body, withCredentials, resumeBy, cursorIn, idempotency, events } = options;
  // Waits in any case: a listener that reconnects does so in the middle of a chunk, and the cursor is at its end.
  const headers = new Headers((await (typeof source === "function" ? source() : source)) ?? {});
  const id = lastEventId();
  const isGet = id !== "" && resumeBy === "get";
  const method = isGet ? "GET" : (options.method ?? (body == null ? "GET" : "POST"));
  if (!headers.has("Accept") || accept !== STREAM_ACCEPT) headers.set("Accept", accept);
  // On another origin, what a server does not expect makes the browser refuse the whole request.
  const isOther = isElsewhere(url);
  const target = new URL(url);
  if (id && (cursorIn ?? (isOther ? "query" : "header")) === "query") target.searchParams.set("lastEventId", id);
  else if (id) headers.set("Last-Event-ID", asByteString(id));
  const types = events?.map(encodeURIComponent).join();
  if (types && cursorIn === "query") target.searchParams.set(EVENT_TYPES_QUERY, types);
  else if (types && (cursorIn || !isOther)) headers.set(EVENT_TYPES_HEADER, types);
  chosen.sent = chosen.names;
  if (chosen.sent) headers.set(CHANNELS_HEADER, chosen.sent);
  const wantsKey = !/^(GET|HEAD)$/i.test(method) && (idempotency ?? !isOther);
  if (wantsKey && !headers.has("Idempotency-Key")) headers.set("Idempotency-Key", idempotencyKey);
  return {
    target: target.href,
    method,
    headers,
    cache: "no-store",
    credentials: withCredentials ? "include" : "same-origin",
    signal,
    ...(body != null && !isGet && { body }),
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

// What says more of a failure is loaded when there is one. Where that fails, too, less is said.

export async function refusalOf(problem: string, response: Response, cause?: unknown): Promise<SSEError> {
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
