import { isPlainObject } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { isFirstReport } from "../observe/report.js";

/**
 * Notes what a `createHub` says of its hub. Bundlers evaluate one module several times in a process, and hot reload makes it
 * anew: the same again is nothing new, and functions are never compared. What differs from what was said before is a mistake in
 * production; in development the newest counts, and a warning says so once.
 *
 * @throws SSEError `CONFLICTING_OPTIONS`; nothing has changed then.
 */
export function declare(name: string, options: object): void {
  declareValues(name, `The hub "${name}" was`, plainValues(options));
}

/**
 * The same of a module that stands on a hub, where its options are the hub's in the whole process: a second copy that says something else is a mistake. In development it
 * is warned about, and the newest counts.
 *
 * @param of - names what the options are of: `"createLogEmitter"`.
 * @throws SSEError `CONFLICTING_OPTIONS` in production.
 */
export function declareOptions(hub: { readonly name: string }, of: string, options: object): void {
  const values = Object.entries(plainValues(options)).map(([name, value]) => [`${of}.${name}`, value]);
  declareValues(hub.name, `${of} of the hub "${hub.name}" was`, Object.fromEntries(values));
}

function declareValues(name: string, whatWas: string, values: Record<string, string>): void {
  const isProduction = process.env.NODE_ENV === "production";
  const differing = environment().hub(name).declare(values, !isProduction);
  if (differing.length === 0) return;
  const what = `${whatWas} made with another ${differing.join(", ")} before`;
  if (isProduction) {
    throw new SSEError("CONFLICTING_OPTIONS", `${what}: make it in one module and import it from there`);
  }
  if (!isFirstReport(`declare ${JSON.stringify([name, differing])}`)) return;
  console.warn(`Millrace: ${what}; the newest counts now, and in production this is an error`);
}

/** Options that say several things, each of which may be said elsewhere. */
const GROUPS = ["limits", "history", "idempotency", "rate", "merge", "throttle", "batch", "redact", "lag", "heartbeat"];

/** What the options say, by their paths: `limits.connections`. Functions and instances are left out. */
function plainValues(options: object): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(options)) {
    if (!GROUPS.includes(name) || !isPlainObject(value)) add(found, name, value);
    else {
      found[name] = "{}"; // which is something else than false
      for (const [part, of] of Object.entries(value)) add(found, `${name}.${part}`, of);
    }
  }
  return found;
}

function add(found: Record<string, string>, name: string, value: unknown): void {
  const text = textOf(value);
  if (text !== undefined) found[name] = text;
}

/** Equal for equal values, in whatever order their members stand, and for no others; undefined for what is not compared. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => textOf(one) ?? "").join()}]`;
  if (isPlainObject(value)) {
    const members = Object.entries(value).map(([name, one]) => [JSON.stringify(name), textOf(one)] as const);
    const compared = members.filter(([, text]) => text !== undefined).map((member) => member.join(":"));
    return `{${compared.sort().join()}}`;
  }
  const isCompared = value === null || !["undefined", "function", "object"].includes(typeof value);
  return isCompared ? String(value) : undefined;
}
