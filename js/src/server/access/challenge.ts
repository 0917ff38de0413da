import { SSEError, type SSEErrorCode } from "../../shared/errors.js";

/** What a `WWW-Authenticate` says is wrong with a token (RFC 6750, 3.1). */
export type BearerError = "invalid_request" | "invalid_token" | "insufficient_scope";

const WITHOUT_ERROR = "Bearer";

/**
 * The refusal of a client by its token, answered with a `WWW-Authenticate` of RFC 6750. What is wrong is said to the client: nothing that an attacker could use.
 *
 * @param error - none: there was no token.
 * @param cause - for the hub's listeners and its log; clients are not told.
 */
export function bearerRefusal(code: SSEErrorCode, message: string, error?: BearerError, cause?: unknown): SSEError {
  const challenge = error === undefined ? WITHOUT_ERROR : `Bearer error="${error}", error_description="${message}"`;
  // No member of the class: pages load that, and have no use for it. Not enumerable: loggers print what is.
  return Object.defineProperty(new SSEError(code, message, { cause }), "challenge", { value: challenge });
}

/** The `WWW-Authenticate` of an answer with this status; every 401 has one (RFC 9110, 11.6.1). */
export function challengeOf(error: unknown, status: number): string | undefined {
  const { challenge } = Object(error) as { challenge?: unknown };
  const isOurs = typeof challenge === "string" && /^[\x20-\x7e]+$/.test(challenge);
  if (isOurs && (status === 400 || status === 401 || status === 403)) return challenge;
  return status === 401 ? WITHOUT_ERROR : undefined;
}
