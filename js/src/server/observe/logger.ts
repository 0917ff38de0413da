import { isObjectLike, requireFunction } from "../../shared/arguments.js";
import { environment } from "../lifecycle/environment.js";
import { runGuarded } from "./guarded.js";
import { print } from "./print.js";

/**
 * What a hub writes its log with. The loggers of `pino` and `winston` are such, and so is `console`. Each entry is a message and an object
 * of plain values: the message first, as winston and the console take them or, where the logger has `bindings` or `fields` as pino and bunyan
 * do, the object first.
 */
export interface Logger {
  debug(...entry: never[]): unknown;
  info(...entry: never[]): unknown;
  warn(...entry: never[]): unknown;
  error(...entry: never[]): unknown;
}

export type LogLevel = keyof Logger;

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

type Write = (level: LogLevel, message: string, fields: object) => unknown;

/** What is called of a logger. */
interface Sink {
  readonly write: Write;
  readonly isEnabled: (level: LogLevel) => boolean;
}

let known: Map<string, Sink> | undefined;

/** By the hub's name; one map a thread, which this copy of the module remembers: every publication asks. */
function sinks(): Map<string, Sink> {
  known ??= environment().state("loggers", () => new Map<string, Sink>());
  return known;
}

/** @throws TypeError for what is no logger. */
export function requireLogger(name: string, logger: unknown): asserts logger is Logger {
  const methods = (isObjectLike(logger) ? logger : {}) as Partial<Record<LogLevel, unknown>>;
  for (const level of LEVELS) requireFunction(`${name}.${level}`, methods[level]);
}

export function setLogger(hubName: string, logger: Logger): void {
  sinks().set(hubName, toSink(logger as unknown as LooseLogger));
}

type LooseLogger = Record<LogLevel, (...entry: unknown[]) => unknown> & {
  isLevelEnabled?(level: string): unknown;
  /** Only loggers that take the object first have one of these: pino, bunyan. */
  readonly bindings?: unknown;
  readonly fields?: unknown;
};

function toSink(logger: LooseLogger): Sink {
  const takesObjectFirst = logger.bindings !== undefined || logger.fields !== undefined;
  return {
    write: (level, message, fields) =>
      takesObjectFirst ? logger[level](fields, message) : logger[level](message, fields),
    isEnabled: (level) => logger.isLevelEnabled?.(level) !== false,
  };
}

/** Whether somebody wants entries of this level: what goes into one need not be made otherwise. */
export function isLogged(hubName: string, level: LogLevel): boolean {
  const sink = sinks().get(hubName);
  if (sink === undefined) return false;
  try {
    return sink.isEnabled(level);
  } catch {
    return true;
  }
}

let isWriting = false;

/**
 * Writes an entry, where the hub has a logger. What that throws, or the promise rejects with that it returns, is told of on the console. What a
 * logger does may make entries of its own, of events that it publishes for one: they are left out, for each would make another.
 */
export function log(hubName: string, level: LogLevel, message: string, fields: object): void {
  const sink = sinks().get(hubName);
  if (sink === undefined || isWriting) return;
  const said = Object.entries({ hub: hubName, ...fields }).filter(([, value]) => value !== undefined);
  isWriting = true;
  try {
    runGuarded(
      () => sink.write(level, `millrace: ${message}`, Object.fromEntries(said)),
      (error) => print(`Millrace: the logger of the hub "${hubName}" failed:`, error),
    );
  } finally {
    isWriting = false;
  }
}

/** Characters of an error's text that are written. */
const LONGEST_TEXT = 8192;
/** Errors that an error is written with: those that have caused it, and those that it is made of. */
const MOST_ERRORS = 8;

/** An error as plain values: formats that make JSON of entries would leave nothing of it. */
export function errorFields(error: unknown): object | string {
  return fieldsOf(error, { left: MOST_ERRORS });
}

function fieldsOf(error: unknown, budget: { left: number }): object | string {
  budget.left -= 1;
  if (budget.left < 0) return "and more";
  try {
    if (!(error instanceof Error)) return shortened(String(error));
    const { name, message, stack, code, cause, errors } = error as Error & {
      readonly code?: unknown;
      readonly errors?: unknown;
    };
    const parts: readonly unknown[] = Array.isArray(errors) ? errors.slice(0, MOST_ERRORS) : [];
    return {
      name,
      message: shortened(message),
      ...(code !== undefined && { code }),
      stack: shortened(stack),
      ...(cause !== undefined && { cause: fieldsOf(cause, budget) }),
      ...(parts.length > 0 && { errors: parts.map((part) => fieldsOf(part, budget)) }),
    };
  } catch {
    return "an error that cannot be read";
  }
}

function shortened<Text>(text: Text): Text | string {
  return typeof text === "string" && text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
