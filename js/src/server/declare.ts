import { SSEError } from "../shared/errors.js";
import { isPlainObject } from "./arguments.js";
import type { Environment, HubRecord } from "./environment.js";

/**
 * Notes what a `createHub` says of its hub. Bundlers evaluate one module several times in a process, and hot reload makes it
 * anew: the same again is nothing new, and functions are never compared. What differs from what was said before is a mistake in
 * production; in development the newest counts, and a warning says so once.
 *
 * @throws SSEError `CONFLICTING_OPTIONS`; nothing has changed then.
 */
export function declare(env: Environment, name: string, { native }: HubRecord, options: object): void {
  const isProduction = process.env.NODE_ENV === "production";
  const differing = native.declare(plainValues(options), !isProduction);
  if (differing.length === 0) return;
  const what = `The hub "${name}" was made with another ${differing.join(", ")} before`;
  if (isProduction) {
    throw new SSEError("CONFLICTING_OPTIONS", `${what}: make it in one module and import it from there`);
  }
  const key = `declare ${JSON.stringify([name, differing])}`;
  if (env.reported.has(key)) return;
  env.reported.add(key);
  console.warn(`Millrace: ${what}; the newest counts now, and in production this is an error`);
}

/** The values of plain objects as texts, by their paths: `limits.connections`. Functions and instances are left out. */
function plainValues(options: object, path = "", found: Record<string, string> = {}): Record<string, string> {
  for (const [key, value] of Object.entries(options)) {
    const name = path === "" ? key : `${path}.${key}`;
    if (value === undefined || typeof value === "function") continue;
    if (typeof value !== "object" || value === null) found[name] = String(value);
    else if (Array.isArray(value)) found[name] = JSON.stringify(value);
    else if (isPlainObject(value)) {
      found[name] = "{}"; // which is something else than a text or false
      plainValues(value, name, found);
    }
  }
  return found;
}
