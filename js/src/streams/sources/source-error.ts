import { requireObject, requireString } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";

/**
 * - `RATE_LIMITED`: the provider takes no more for now; `retryAfterMs` says how long, where it does.
 * - `CONTENT_FILTERED`: its filter has ended the answer.
 * - `UPSTREAM_CUT`: the connection to it broke off before the answer's end.
 * - `UPSTREAM_ERROR`: everything else that it refuses, or fails with.
 */
export type SourceErrorCode = "RATE_LIMITED" | "CONTENT_FILTERED" | "UPSTREAM_CUT" | "UPSTREAM_ERROR";

/** More about a {@link SourceError}. */
export interface SourceErrorDetails {
  /** The provider's own words, for logs: readers are not told. */
  readonly detail?: string | undefined;
  /** Of HTTP. */
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

const NAME = "SourceError";
const LONGEST_MESSAGE = 1000;
const LONGEST_CODE = 100;
/** Readers are told of no longer one. */
export const LONGEST_RETRY_MS = 86_400_000;
const DETAILS: Names<SourceErrorDetails> = { detail: true, status: true, retryAfterMs: true, cause: true };

/** Why a source cannot go on, in words that its readers may see. What other errors say is kept from them. */
export class SourceError extends Error {
  override readonly name = NAME;
  readonly code: SourceErrorCode | (string & {});
  readonly detail?: string;
  readonly status?: number;
  readonly retryAfterMs?: number;

  /** @param message - is shown to readers. */
  constructor(code: SourceErrorCode | (string & {}), message: string, details: SourceErrorDetails = {}) {
    requireString("message", message);
    requireObject("details", details);
    requireKnown<SourceErrorDetails>("SourceError", details, DETAILS);
    const { detail, status, retryAfterMs, cause } = details;
    super(message.slice(0, LONGEST_MESSAGE), cause === undefined ? {} : { cause });
    this.code = code;
    if (detail !== undefined) this.detail = detail;
    if (status !== undefined) this.status = status;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }

  /** What readers may see. */
  toJSON(): { code: string; message: string; retryAfterMs?: number } {
    const { code, message, retryAfterMs } = this;
    return { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

/** What readers are told of an error: of a `SourceError`, whoever has made it, and of no other. It is short, and JSON can hold it. */
export function shownError(error: unknown): { code: string; message: string; retryAfterMs?: number } | undefined {
  if (!isSourceError(error)) return undefined;
  const { code, message, retryAfterMs } = error;
  const isTime = typeof retryAfterMs === "number" && retryAfterMs >= 0 && retryAfterMs <= LONGEST_RETRY_MS;
  return {
    code: code.slice(0, LONGEST_CODE),
    message: message.slice(0, LONGEST_MESSAGE),
    ...(isTime && { retryAfterMs }),
  };
}

/** Whichever copy of this module has made it. */
export function isSourceError(error: unknown): error is SourceError {
  return isError(error) && error.name === NAME && typeof Object(error).code === "string";
}

/** Whichever realm it is from: a test's globals are others than those of Node's own modules. */
export function isError(value: unknown): value is Error {
  return Object.prototype.toString.call(value) === "[object Error]";
}
