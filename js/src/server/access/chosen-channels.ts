import { isWellFormed } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { CHANNELS_HEADER } from "../../shared/stream-control.js";
import type { RequestLike } from "./request-like.js";

/** Of one client, in a header or a body. */
export const MOST_CHOSEN = 100;
/** In bytes of UTF-8. */
const LONGEST_NAME = 1024;

/**
 * The channels that a client asks for beside those of the route: names with commas between them, percent-encoded.
 *
 * @throws SSEError `BAD_REQUEST`
 */
export function chosenChannels({ headers }: RequestLike): string[] {
  const text = headers.get(CHANNELS_HEADER);
  if (text === null || text.trim() === "") return [];
  const names = text.split(",").map((one) => {
    try {
      return decodeURIComponent(one.trim());
    } catch {
      throw new SSEError("BAD_REQUEST", `${CHANNELS_HEADER} must be names with commas between them, percent-encoded`);
    }
  });
  return requireChosen(CHANNELS_HEADER, names);
}

/** Without repeats. Throws SSEError `BAD_REQUEST` for what is no list of channels. */
export function requireChosen(of: string, value: unknown): string[] {
  const isName = (one: unknown) =>
    typeof one === "string" && one !== "" && isWellFormed(one) && Buffer.byteLength(one) <= LONGEST_NAME;
  if (Array.isArray(value) && value.length <= MOST_CHOSEN && value.every(isName)) return [...new Set<string>(value)];
  throw new SSEError(
    "BAD_REQUEST",
    `${of} must be at most ${MOST_CHOSEN} names of channels, each of 1 to ${LONGEST_NAME} bytes`,
  );
}
