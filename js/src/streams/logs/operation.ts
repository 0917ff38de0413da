import { requireFunction, requireKey, requireObject } from "../../shared/arguments.js";
import type { LogLevel } from "../../shared/logs/record.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { type LogMetadata, messageOf, plainMetadata } from "./to-record.js";

/** What an operation's records say, in words of your own. */
export interface OperationMessages<Result> {
  /** In the present tense: `"Uploading story to Storacha"`. */
  readonly start: string;
  /** In the past tense: `"Story uploaded with CID: bafy…"`; how long it took is added. */
  readonly success: string | ((result: Result) => string);
  /** Default: that `start` failed. What went wrong is added. */
  readonly failure?: string;
}

/** What the code of an operation may do. */
export interface RunningOperation {
  /** What the next record of its progress says: `"3 of 10 chapters"`. */
  note(progress: string): void;
  /** Members of the metadata of its records from now on. */
  describe(metadata: LogMetadata): void;
}

/** Writes one record. @param progress - of those that tell of progress, a text that is like no other's. */
export type WriteLog = (level: LogLevel, message: string, metadata: LogMetadata, progress?: string) => void;

interface Messages<Result> extends Required<OperationMessages<Result>> {
  /** Before what an operation that lasts is at. */
  readonly progress: string;
}

const MESSAGES: Names<OperationMessages<unknown>> = { start: true, success: true, failure: true };

/** @throws TypeError for what is no name, and no words. */
export function checkedName<Result>(name: string | OperationMessages<Result>): Messages<Result> {
  if (typeof name === "string") {
    requireKey("name", name);
    return messagesOf(name);
  }
  requireObject("name", name);
  requireKnown("operation", name as OperationMessages<unknown>, MESSAGES);
  const { start, success, failure } = name;
  requireKey("start", start);
  if (typeof success === "string") requireKey("success", success);
  else requireFunction("success, which is no text,", success);
  if (failure != null) requireKey("failure", failure);
  return { start, progress: start, success, failure: failure ?? `${start} failed` };
}

let operations = 0;

/** Does the work, and tells of its beginning, its progress and its end. Gives and throws what the work does. */
export async function runOperation<Result>(
  messages: Messages<Result>,
  run: (operation: RunningOperation) => Result | Promise<Result>,
  { write, failed }: { readonly write: WriteLog; readonly failed: (error: unknown) => void },
  everyMs: number,
): Promise<Result> {
  const began = performance.now();
  const id = ++operations;
  let records = 0;
  let metadata: LogMetadata = {};
  let note = "";
  write("info", messages.start, metadata); // an unknown room, agent or level is the caller's mistake: nothing is begun
  const lasted = () => performance.now() - began;
  const later: WriteLog = (...record) => {
    try {
      write(...record);
    } catch (error) {
      failed(error);
    }
  };
  const timer = setInterval(() => {
    const what = `${messages.progress}: ${note || "still running"} (${seconds(lasted())})`;
    later("info", what, metadata, `${id}.${++records}`);
  }, everyMs);
  timer.unref?.();
  try {
    const result = await run({
      note: (progress) => {
        note = String(progress);
      },
      describe: (more) => {
        metadata = { ...metadata, ...plainMetadata(more) };
      },
    });
    const duration = Math.round(lasted());
    const done = await successOf(messages, result, failed);
    later("success", `${done} (${seconds(duration)})`, { ...metadata, duration });
    return result;
  } catch (error) {
    const duration = Math.round(lasted());
    const why = messageOf(error) || "unknown error";
    later("error", `${messages.failure}: ${why}`, { ...metadata, duration, error: why });
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** The work is done, whatever becomes of the words for it. Never rejects. */
async function successOf<Result>(
  { success, progress }: Messages<Result>,
  result: Result,
  failed: (error: unknown) => void,
): Promise<string> {
  if (typeof success === "string") return success;
  try {
    const words: unknown = await success(result);
    if (typeof words === "string" && words !== "") return words;
    throw new TypeError("success must give a text that is not empty");
  } catch (error) {
    failed(error);
    return `${progress}: completed`;
  }
}

/** Of what the operation is called: `"story generation"`. A word that may be a key is left as it is, or it would not be found any more. */
function messagesOf<Result>(name: string): Messages<Result> {
  const isWord = /^\p{Ll}+(?=\s|$)/u.test(name);
  const progress = isWord ? name.charAt(0).toUpperCase() + name.slice(1) : name;
  return { start: `Starting ${name}`, progress, success: `${progress} completed`, failure: `${progress} failed` };
}

/** As people read them: 2.5s, 45s, 3m 20s. */
function seconds(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const whole = Math.round(ms / 1000);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m ${whole % 60}s`;
}
