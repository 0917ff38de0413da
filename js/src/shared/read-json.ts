import { SSEError } from "./errors.js";
import { parseJson } from "./parse-json.js";
import { type RequestBody, readText } from "./read-text.js";

/**
 * A message's body as JSON; undefined where it is none.
 *
 * @param ifEmpty - what a request without a body is given as.
 * @throws SSEError `BAD_REQUEST` where it has more bytes than that.
 */
export async function readJson(body: RequestBody, mostBytes: number, ifEmpty?: unknown): Promise<unknown> {
  const text = await readText(body, mostBytes);
  if (text === undefined) throw new SSEError("BAD_REQUEST", `A message's body has at most ${mostBytes} bytes`);
  return text === "" ? ifEmpty : parseJson(text.replace(/^\ufeff/, ""));
}
