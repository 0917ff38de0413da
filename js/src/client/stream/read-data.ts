import { SSEError } from "../../shared/errors.js";
import type { SSEClientOptions } from "../options/options.js";
import type { Parse, StandardSchema } from "../options/parse.js";
import type { SSEMessageEvent } from "./events.js";

/**
 * An event's data, as `parse` and `schema` say. Where they say nothing: what was sent `raw` is its text, and everything else
 * is parsed from JSON; where it need not be JSON, the text of another server is left as it is. No data is undefined.
 *
 * @param mayBeText - whether it need not be JSON.
 * @throws SSEError `INVALID_JSON` where it does not parse, `INVALID_DATA` where the validator or the function refuses it.
 */
export function readData(event: SSEMessageEvent, options: SSEClientOptions, mayBeText: boolean): unknown {
  const { type, data: text } = event;
  const { parse } = options;
  const schema = schemaOf(event, options);
  const how = typeof parse === "object" ? ownOf<Parse>(parse, type) : parse;
  if (typeof how === "function") return guarded("parse", type, text, () => how(text, type));
  if (schema === undefined && (how === "text" || (how === undefined && event.isRaw))) return text;
  if (schema === undefined && how === undefined && mayBeText) return event.isOurs ? jsonOr(text) : text;
  return readJson(event, options);
}

/** What a server published without data has none; what it did not write as JSON after all is its text. */
function jsonOr(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

/** The data as JSON, validated; throws as {@link readData} does. */
export function readJson(event: SSEMessageEvent, options: SSEClientOptions): unknown {
  const { type, data: text } = event;
  const schema = schemaOf(event, options);
  let value: unknown;
  try {
    value = text === "" && schema === undefined ? undefined : JSON.parse(text);
  } catch (cause) {
    throw new SSEError("INVALID_JSON", `The data of a "${type}" event is no JSON`, { cause, raw: text });
  }
  if (schema === undefined) return value;
  const result = guarded("schema", type, text, () => schema["~standard"].validate(value));
  if ("then" in result) {
    void Promise.resolve(result).catch(() => {});
    throw new SSEError("INVALID_DATA", `The schema of "${type}" is asynchronous, which keeps no order`, { raw: text });
  }
  if (result.issues === undefined) return result.value;
  const said = result.issues.map(({ message }) => message).join("; ");
  throw new SSEError("INVALID_DATA", `The data of a "${type}" event is not what it should be: ${said}`, {
    cause: result.issues,
    raw: text,
  });
}

function schemaOf({ type }: SSEMessageEvent, { schema }: SSEClientOptions): StandardSchema<unknown> | undefined {
  return ownOf(schema, type);
}

/** A member by the name of a type; the server may name its types after members of every object. */
function ownOf<Value>(all: object | undefined, type: string): Value | undefined {
  return all && Object.hasOwn(all, type) ? (all as Record<string, Value>)[type] : undefined;
}

function guarded<Result>(what: string, type: string, text: string, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    throw new SSEError("INVALID_DATA", `The ${what} of "${type}" has thrown: ${cause}`, { cause, raw: text });
  }
}
