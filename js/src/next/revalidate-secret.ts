import { randomKey } from "../shared/random-key.js";

/** What the process tells itself from others by. */
export function revalidateSecret(): string {
  const all = globalThis as { [SECRET]?: string };
  all[SECRET] ??= randomKey() + randomKey();
  return all[SECRET];
}

const SECRET = Symbol.for("millrace.revalidate.1");
