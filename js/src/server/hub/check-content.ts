import type { NativeContentSettings, NativeSecretPattern } from "../../native/native-policy.js";
import {
  describe,
  requireFlag,
  requireName,
  requireNumber,
  requireObject,
  requireStringArray,
} from "../../shared/arguments.js";
import { type Names, requireKnown, requireOneOf } from "../../shared/misspelt.js";
import type { ContentOptions, RedactOptions, SecretPattern } from "./policy.js";

const REDACT_OPTIONS: Names<RedactOptions> = { keys: true, paths: true, patterns: true, emails: true };
const PATTERN_OPTIONS: Names<SecretPattern> = { prefix: true, characters: true, length: true };
const OVERSIZES = ["refuse", "truncate", "reference"] satisfies ContentOptions["oversize"][];

const LEAST_BYTES = 256;
const MOST_PATHS = 64;
const MOST_PARTS = 32;
const LEAST_LETTERS = 3;
const LONGEST_SECRET = 4096;
const DEFAULT_LENGTH = [16, 512] as const;

/** What is checked here of a policy, or of the hub's own options. */
export type ContentSettings = { readonly [Name in keyof ContentOptions]: ContentOptions[Name] | undefined };

/**
 * Checks what is said of the data of events. What is left out is not in the result.
 *
 * @param where - what goes before the names of options in errors: `"policies[0]."`, or nothing.
 * @throws TypeError that names the option.
 */
export function toNativeContent(where: string, settings: ContentSettings): NativeContentSettings {
  const { maxBytes, oversize, keep, redact } = settings;
  if (maxBytes !== undefined) requireNumber(`${where}maxBytes`, maxBytes, { least: LEAST_BYTES });
  if (oversize !== undefined) requireOneOf(`${where}oversize`, oversize, OVERSIZES);
  if (keep !== undefined) requireStringArray(`${where}keep`, keep);
  return {
    maxBytes,
    oversize,
    keep,
    redact: redact === undefined ? undefined : toNativeRedaction(`${where}redact`, redact),
  };
}

function toNativeRedaction(where: string, redact: boolean | RedactOptions): NativeContentSettings["redact"] {
  if (typeof redact === "boolean") return redact && { keys: [], paths: [], patterns: [], emails: false };
  requireObject(where, redact);
  requireKnown(where, redact, REDACT_OPTIONS);
  const { keys = [], paths = [], patterns = [], emails = false } = redact;
  requireStringArray(`${where}.keys`, keys);
  requireStringArray(`${where}.paths`, paths);
  requireFlag(`${where}.emails`, emails);
  for (const key of keys) checkKey(`${where}.keys`, key);
  if (paths.length > MOST_PATHS)
    throw new TypeError(`${where}.paths has ${paths.length} paths; at most ${MOST_PATHS} are looked for`);
  for (const path of paths) checkPath(`${where}.paths`, path);
  if (!Array.isArray(patterns as unknown))
    throw new TypeError(`${where}.patterns must be an array, not ${describe(patterns)}`);
  return {
    keys,
    paths,
    patterns: patterns.map((pattern, at) => toNativePattern(`${where}.patterns[${at}]`, pattern)),
    emails,
  };
}

function checkKey(where: string, key: string): void {
  requireName(where, key);
  if (key.replace(/[_\-. ]/g, "").length >= LEAST_LETTERS) return;
  throw new TypeError(
    `${where} has "${key}": a name has at least ${LEAST_LETTERS} letters or digits; redact.paths takes any`,
  );
}

function checkPath(where: string, path: string): void {
  requireName(where, path);
  const parts = path.split(".");
  if (parts.includes("")) throw new TypeError(`${where} has "${path}", in which a part is empty: "user.*.token"`);
  if (parts.length > MOST_PARTS)
    throw new TypeError(`${where} has a path of ${parts.length} parts; at most ${MOST_PARTS} are looked for`);
}

function toNativePattern(where: string, pattern: SecretPattern): NativeSecretPattern {
  requireObject(where, pattern);
  requireKnown(where, pattern, PATTERN_OPTIONS);
  const { prefix, characters = "A-Za-z0-9_-", length = DEFAULT_LENGTH } = pattern;
  requireSearchable(`${where}.prefix`, prefix);
  checkCharacters(`${where}.characters`, characters);
  const pair: unknown = typeof length === "number" ? [length, length] : length;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new TypeError(`${where}.length must be a number or two, the least and the most, not ${describe(length)}`);
  }
  const [least, most] = pair as readonly unknown[];
  for (const one of [least, most]) requireNumber(`${where}.length`, one, { least: 1, most: LONGEST_SECRET });
  if ((least as number) > (most as number))
    throw new TypeError(`${where}.length must not have its least above its most`);
  return { prefix, characters, least: least as number, most: most as number };
}

/** What JSON escapes would not be found in it, and would not stay JSON. */
function requireSearchable(where: string, text: unknown): asserts text is string {
  requireName(where, text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (text === "" || /["\\\u0000-\u001f]/.test(text)) {
    throw new TypeError(`${where} must not be empty, nor hold quotation marks, backslashes or control characters`);
  }
}

/** Ranges may name what is not written in them: "A-z" has a backslash, "!-~" a quotation mark. */
function checkCharacters(where: string, characters: unknown): asserts characters is string {
  requireSearchable(where, characters);
  if (/[^ -~]/.test(characters)) throw new TypeError(`${where} must be ASCII: other characters are several bytes`);
  for (const [range, first, last] of characters.matchAll(/(.)-(.)/g)) {
    if ((first as string) > (last as string)) throw new TypeError(`${where} has the range "${range}", which is empty`);
    const holds = (one: string) => (first as string) <= one && one <= (last as string);
    if (holds('"') || holds("\\"))
      throw new TypeError(`${where} has the range "${range}", which holds a quotation mark or a backslash`);
  }
}
