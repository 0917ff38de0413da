import { missingIn } from "./vague-message.js";

/** So many different messages are warned about. */
const MOST_WARNED = 500;
const LONGEST_SHOWN = 100;

/** Warns of messages that say nearly nothing, each once in this thread. */
export function warnIfVague(message: unknown): void {
  if (typeof message !== "string" || message.length > LONGEST_SHOWN) return;
  const missing = missingIn(message);
  const all = globalThis as { [WARNED]?: Set<string> };
  all[WARNED] ??= new Set();
  const warned = all[WARNED];
  if (missing === undefined || warned.has(message) || warned.size >= MOST_WARNED) return;
  warned.add(message);
  const shown = JSON.stringify(message);
  console.warn(
    `Millrace: the log message ${shown} does not say ${missing}. Better: "Story generated successfully (2.5s)"`,
  );
}

const WARNED = Symbol.for("millrace.logs.vague.1");
