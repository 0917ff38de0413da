import type { NativeShaper } from "../../native/binding.js";
import { environment } from "../lifecycle/environment.js";

const LONGEST_READ = 2000;
const LONGEST_BYTES = 1024;

const shaper = (): NativeShaper =>
  environment().state("shaper of messages", () => {
    const redact = { keys: [], paths: [], patterns: [], emails: false };
    return new (environment().binding.Shaper)({ redact, maxBytes: LONGEST_BYTES, oversize: "truncate" });
  });

/** What a path, an address or a query is not interrupted by. */
const WORD = /[^\s"'`<>«»“”„‘’]+/gu;
/** What stands around words and is none of them. */
const AROUND = /^([([{|;,]*)(.*?)([)\]}|;,.:!]*)$/u;
const QUOTED_PATH = /(["'`])(?:[/~]|\.{1,2}\/|[a-z]:[\\/])[^"'`]*\1/gi;
const QUOTED_VALUE = /=("[^"]*"?|'[^']*'?|“[^”]*”?)/g;
/** A path with spaces goes on behind them. */
const REST_OF_PATH = /(\[path\])( \S*[/\\]\S*)+/g;
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
const BARE_HOST = /^(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d{1,5})?\//i;

/**
 * An error's message as a client may see it: its first line, without the paths of files, without what addresses have beside their
 * host, without queries and secrets. At most 1 KiB. It rather takes a word too many: `text/plain` stays, and `src/app.ts` does not.
 */
export function sanitizeMessage(message: unknown): string {
  const text = typeof message === "string" ? message : "";
  const [line = ""] = text.slice(0, LONGEST_READ).split(/[\r\n]/, 1);
  // The last word may have been cut, so that nothing shows what it is.
  const whole = text.length > LONGEST_READ && line.length === LONGEST_READ ? line.replace(/\S*$/, "…") : line;
  // Behind the last `@`, for a password may have any character.
  const bare = whole.replace(/([a-z][a-z\d+.-]{0,20}:\/\/)\S*@/gi, "$1");
  const redacted = shaper().shape(bare, true) ?? bare;
  return redacted
    .replace(QUOTED_PATH, "$1[path]$1")
    .replace(QUOTED_VALUE, "=")
    .replace(WORD, sanitizeWord)
    .replace(REST_OF_PATH, "$1");
}

function sanitizeWord(word: string): string {
  const [, before = "", bare = "", after = ""] = AROUND.exec(word) ?? [];
  // The brackets may belong to it: `http://[::1]`, `/app/[id]`.
  const core = /[[({]/.test(bare) ? bare + after : bare;
  const said = sanitizeCore(core);
  return said === core ? word : before + said + (core === bare ? after : "");
}

function sanitizeCore(word: string): string {
  if (word === "[path]" || word === "[REDACTED]") return word;
  const scheme = /^([a-z][a-z\d+.-]{0,20}):\/\//i.exec(word);
  if (scheme !== null) return scheme[1]?.toLowerCase() === "file" ? "[path]" : originOf(word, scheme[0]);
  if (isPath(word)) return "[path]";
  if (word.includes("@") || BARE_HOST.test(word) || /^data:/i.test(word)) return "[address]";
  const query = word.indexOf("?");
  if (query >= 0 && query < word.length - 1) return word.slice(0, query);
  return isQuery(word) ? "[query]" : word;
}

/** Of two members at least. */
function isQuery(word: string): boolean {
  const and = word.indexOf("&", word.indexOf("=") + 1);
  return word.includes("=") && and >= 0 && word.includes("=", and);
}

function isPath(word: string): boolean {
  if (/\\|%2f|%5c/i.test(word) || /^(?:[/~].|\.{1,2}\/)/.test(word)) return true;
  const slashes = word.split("/").length - 1;
  // One alone is a fraction, an alternative or a media type, unless a file's name follows.
  return slashes > 1 || (slashes === 1 && /\/.*\.\w+|:\//.test(word));
}

function originOf(address: string, scheme: string): string {
  const [host = ""] = address.slice(scheme.length).split(/[/?#,;|]/, 1);
  return HOST.test(host) ? scheme + host : "[address]";
}
