import { types } from "node:util";

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

/** Why a source cannot go on, in words that its readers may see. What other errors say is kept from them. */
export class SourceError extends Error {
  override readonly name = NAME;
  readonly code: SourceErrorCode | (string & {});
  readonly detail?: string;
  readonly status?: number;
  readonly retryAfterMs?: number;

  /** @param message - is shown to readers. */
  constructor(code: SourceErrorCode | (string & {}), message: string, details: SourceErrorDetails = {}) {
    const { detail, status, retryAfterMs, cause } = details;
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    if (detail !== undefined) this.detail = detail;
    if (status !== undefined) this.status = status;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** Whichever copy of this module has made it. */
export function isSourceError(error: unknown): error is SourceError {
  return types.isNativeError(error) && error.name === NAME && typeof Object(error).code === "string";
}
