import { isSSEError } from "../../shared/errors.js";
import { parseJson } from "../../shared/parse-json.js";
import { isError, isSourceError, LONGEST_RETRY_MS, SourceError, type SourceErrorCode } from "./source-error.js";

const LONGEST_BODY = 64 * 1024;
const LONGEST_BODY_MS = 2000;
const MESSAGES: Readonly<Record<SourceErrorCode, string>> = {
  RATE_LIMITED: "The model takes no more requests for now",
  CONTENT_FILTERED: "The answer was ended by the model's content filter",
  UPSTREAM_CUT: "The connection to the model was cut",
  UPSTREAM_ERROR: "The model could not answer",
};

/** How `fetch` and the providers' clients say that a stream is not whole: none of them has a code for it. */
const CUT =
  /\b(?:terminated|fetch failed|other side closed|ended without)\b|^(?:missing finish_reason|Connection error|Premature close)/i;

/** What is known of a failure: each provider has its own words. */
interface Failure {
  readonly status?: number | undefined;
  readonly headers?: { get(name: string): string | null } | undefined;
  /** `{ message, type, code }`, or `{ error: { … } }`. */
  readonly body?: unknown;
  readonly message?: string | undefined;
  readonly cause?: unknown;
}

/** Of an answer that is no stream. */
export async function errorOfAnswer(
  { status, headers }: Response,
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
): Promise<SourceError> {
  const text = await shortText(reader);
  return sourceErrorOf({ status, headers, body: parseJson(text), message: text.slice(0, 500) });
}

/** What a provider says in its stream: `{ error: { message, type, code } }`, or that error itself. */
export function errorOfEvent(body: unknown): SourceError {
  return sourceErrorOf({ body });
}

export function filtered(detail?: string): SourceError {
  return new SourceError("CONTENT_FILTERED", MESSAGES.CONTENT_FILTERED, { detail });
}

export function cut(cause?: unknown): SourceError {
  const detail = isError(cause) ? cause.message : undefined;
  return new SourceError("UPSTREAM_CUT", MESSAGES.UPSTREAM_CUT, { detail, cause });
}

/** What reading has thrown: an error of a provider's client (`APIError`), of the network, or of JSON that was cut. */
export function asSourceError(error: unknown): unknown {
  if (isSourceError(error) || !isError(error)) return error;
  if (isSSEError(error)) return sourceErrorOf({ message: error.message, cause: error });
  const { status, headers, error: body, type, code } = error as Error & Record<string, unknown>;
  if (typeof status === "number" || isProviderError(body) || (typeof type === "string" && typeof code === "string")) {
    return sourceErrorOf({
      status: typeof status === "number" ? status : undefined,
      headers: typeof Object(headers).get === "function" ? (headers as Headers) : undefined,
      body: body ?? { type, code },
      message: error.message,
      cause: error,
    });
  }
  // Of our own, and what the application's mistakes throw.
  const isCut = error.name === "SyntaxError" || CUT.test(error.message);
  const isNetwork = typeof code === "string" && /^(?:E[A-Z]+|UND_ERR_\w+)$/.test(code);
  return isCut || isNetwork ? cut(error) : error;
}

function sourceErrorOf({ status, headers, body, message, cause }: Failure): SourceError {
  const { message: said, type, code } = Object(Object(body).error ?? body);
  const known = codeOf(status, String(type ?? ""), String(code ?? ""));
  const retryAfterMs = retryAfterOf(headers);
  const detail = typeof said === "string" ? said : message;
  return new SourceError(known, MESSAGES[known], { status, detail, retryAfterMs, cause });
}

function codeOf(status: number | undefined, type: string, code: string): SourceErrorCode {
  if (code === "content_filter" || code === "content_policy_violation") return "CONTENT_FILTERED";
  if (code === "insufficient_quota" || type === "insufficient_quota") return "UPSTREAM_ERROR"; // waiting does not help
  const isLimit = status === 429 || /^rate_limit/.test(type) || /^rate_limit/.test(code);
  return isLimit ? "RATE_LIMITED" : "UPSTREAM_ERROR";
}

/** `Retry-After` has seconds or a date; `retry-after-ms` is OpenAI's. */
function retryAfterOf(headers: Failure["headers"]): number | undefined {
  const ms = headers?.get("retry-after-ms") ?? "";
  const given = headers?.get("retry-after") ?? "";
  const isNumber = (text: string) => /^\d{1,10}(?:\.\d+)?$/.test(text);
  const waitMs = isNumber(ms)
    ? Number(ms)
    : isNumber(given)
      ? Math.round(Number(given) * 1000)
      : Date.parse(/ GMT$/.test(given) ? given : "") - Date.now();
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(0, waitMs), LONGEST_RETRY_MS);
}

function isProviderError(body: unknown): boolean {
  const { message, type, code, error } = Object(body);
  return typeof message === "string" || typeof type === "string" || typeof code === "string" || error !== undefined;
}

/** Its beginning: one that does not end is not waited for. */
async function shortText(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const late = setTimeout(() => void reader?.cancel().catch(() => {}), LONGEST_BODY_MS);
  try {
    while (reader !== undefined && text.length < LONGEST_BODY) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {}
  clearTimeout(late);
  return text;
}
