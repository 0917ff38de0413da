import { sanitizeMessage } from "../../server/hub-api.js";
import type { LogLevel } from "../../shared/logs/record.js";
import type { LogMetadata } from "./to-record.js";

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

/** Writes one record. */
export type WriteLog = (level: LogLevel, message: string, metadata: LogMetadata) => void;

interface Messages<Result> extends Required<OperationMessages<Result>> {
  /** Before what an operation that lasts is at. */
  readonly progress: string;
}

/** Does the work, and tells of its beginning, its progress and its end. Gives and throws what the work does. */
export async function runOperation<Result>(
  name: string | OperationMessages<Result>,
  run: (operation: RunningOperation) => Result | Promise<Result>,
  write: { readonly first: WriteLog; readonly later: WriteLog },
  everyMs: number,
): Promise<Result> {
  const messages = typeof name === "string" ? messagesOf<Result>(name) : withDefaults(name);
  const began = performance.now();
  let metadata: LogMetadata = {};
  let note = "";
  write.first("info", messages.start, metadata); // an unknown room, agent or level is the caller's mistake: nothing is begun
  const lasted = () => performance.now() - began;
  const timer = setInterval(() => {
    write.later("info", `${messages.progress}: ${note || "still running"} (${seconds(lasted())})`, metadata);
  }, everyMs);
  timer.unref?.();
  try {
    const result = await run({
      note: (progress) => {
        note = String(progress);
      },
      describe: (more) => {
        metadata = { ...metadata, ...more };
      },
    });
    const duration = Math.round(lasted());
    const { success } = messages;
    const done = typeof success === "function" ? success(result) : success;
    write.later("success", `${done} (${seconds(duration)})`, { ...metadata, duration });
    return result;
  } catch (error) {
    const duration = Math.round(lasted());
    const why = sanitizeMessage(error instanceof Error ? error.message : error) || "unknown error";
    write.later("error", `${messages.failure}: ${why}`, { ...metadata, duration, error: why });
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Of what the operation is called: `"story generation"`. */
function messagesOf<Result>(name: string): Messages<Result> {
  const progress = name.charAt(0).toUpperCase() + name.slice(1);
  return { start: `Starting ${name}`, progress, success: `${progress} completed`, failure: `${progress} failed` };
}

function withDefaults<Result>({
  start,
  success,
  failure = `${start} failed`,
}: OperationMessages<Result>): Messages<Result> {
  return { start, progress: start, success, failure };
}

/** As people read them: 2.5s, 45s, 3m 20s. */
function seconds(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const whole = Math.round(ms / 1000);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m ${whole % 60}s`;
}
