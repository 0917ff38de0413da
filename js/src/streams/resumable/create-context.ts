import type { Hub } from "../../server/hub-api.js";
import { describe, requireFunction, requireKey } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { AnswerLog } from "../answer/log/answer-log.js";
import type { FoundAnswer } from "../answer/log/found-answer.js";
import type { KeptAnswer } from "../answer/log/kept-answer.js";
import {
  type CheckedContextOptions,
  type CreateResumableStreamContextOptions,
  checkContextOptions,
} from "./options.js";
import { readText } from "./read-text.js";
import { TextEvents } from "./text-events.js";

/** What {@link createResumableStreamContext} gives. */
export interface ResumableStreamContext {
  /**
   * The stream of this id: begun where there is none, read by another reader where it goes on, `null` where it is whole already.
   *
   * @param makeStream - called where there is none.
   * @param skipCharacters - that the reader has already. Default 0.
   */
  resumableStream(
    streamId: string,
    makeStream: () => ReadableStream<string>,
    skipCharacters?: number,
  ): Promise<ReadableStream<string> | null>;
  /** Begins a stream; one of this id that goes on is read instead, so that no source is read twice. */
  createNewResumableStream(
    streamId: string,
    makeStream: () => ReadableStream<string>,
    skipCharacters?: number,
  ): Promise<ReadableStream<string> | null>;
  /** Reads a stream that goes on; `null`: it is whole already; `undefined`: there is none. */
  resumeExistingStream(streamId: string, skipCharacters?: number): Promise<ReadableStream<string> | null | undefined>;
  /** `null`: there is none; `true`: it goes on; `"DONE"`: it has ended. */
  hasExistingStream(streamId: string): Promise<null | true | "DONE">;
}

const LONGEST_ID = 512;

/**
 * The API of the npm package `resumable-stream` on Millrace's log: a stream of strings that is read once from its source and kept, so that anybody may read it again
 * from its beginning, or from any character, while it goes on. It needs no Redis in one process.
 *
 * @throws TypeError that names the option which is wrong.
 * @example
 * const streams = createResumableStreamContext({ waitUntil: after });
 * await streams.createNewResumableStream(streamId, () => stream);
 */
export function createResumableStreamContext(options: CreateResumableStreamContextOptions): ResumableStreamContext {
  const checked = checkContextOptions(options);
  const streams = new ResumableStreams(checked);
  return {
    resumableStream: async (id, make, skip) => streams.resumeOrBegin(id, make, skip),
    createNewResumableStream: async (id, make, skip) => streams.begin(id, make, skip),
    resumeExistingStream: async (id, skip) => streams.resume(id, skip),
    hasExistingStream: async (id) => streams.has(id),
  };
}

class ResumableStreams {
  readonly #options: CheckedContextOptions;
  readonly #hub: Hub;
  readonly #log: AnswerLog;

  constructor(options: CheckedContextOptions) {
    const { hub, keepForMs, producerTimeoutMs } = options;
    this.#options = options;
    this.#hub = hub;
    this.#log = AnswerLog.of(hub, { prefix: "resumable", keepForMs, producerTimeoutMs });
  }

  async has(streamId: string): Promise<null | true | "DONE"> {
    const found = await this.#log.find(this.#idOf(streamId));
    if (found === undefined) return null;
    return found.end === undefined ? true : "DONE";
  }

  async resume(streamId: string, skipCharacters?: number): Promise<ReadableStream<string> | null | undefined> {
    const skip = checkedSkip(skipCharacters);
    const id = this.#idOf(streamId);
    const found = await this.#log.find(id);
    return found && this.#read(id, found, skip);
  }

  async resumeOrBegin(streamId: string, makeStream: () => ReadableStream<string>, skipCharacters?: number) {
    const skip = checkedSkip(skipCharacters);
    requireFunction("makeStream", makeStream);
    const id = this.#idOf(streamId);
    const found = await this.#log.find(id);
    return found === undefined ? this.#begin(id, makeStream, skip) : this.#read(id, found, skip);
  }

  async begin(streamId: string, makeStream: () => ReadableStream<string>, skipCharacters?: number) {
    const skip = checkedSkip(skipCharacters);
    requireFunction("makeStream", makeStream);
    const id = this.#idOf(streamId);
    const found = await this.#log.find(id);
    return found === undefined || found.end !== undefined
      ? this.#begin(id, makeStream, skip)
      : this.#read(id, found, skip);
  }

  #read(id: string, found: FoundAnswer, skipCharacters: number): ReadableStream<string> | null {
    if (found.end !== undefined && !found.isUnfinished) return null;
    const keptHere = () => this.#log.get(id)?.names;
    const keptAnywhere = () => this.#log.find(id);
    const isKept = async () => (await (found.isAlive ? keptAnywhere() : keptHere()))?.channel === found.channel;
    const checkEveryMs = this.#options.producerTimeoutMs / 3;
    return readText(this.#hub, found, { skipCharacters, checkEveryMs, isKept });
  }

  /** Two that come at once begin it once: between here and the one that is known, nothing waits. */
  #begin(id: string, makeStream: () => ReadableStream<string>, skip: number): ReadableStream<string> | null {
    const { maxMs, waitUntil } = this.#options;
    const known = this.#log.get(id);
    if (known !== undefined && known.end === undefined) {
      return this.#read(id, { ...known.names, end: undefined, isIntact: true }, skip);
    }
    const limits = { maxMs, abandonAfterMs: Infinity, chunkDelayMs: 0, heartbeatMs: Infinity };
    const made = this.#log.make({ id, userId: undefined, traceId: "" }, new TextEvents(), limits);
    if (made === undefined) throw new SSEError("SERVER_FULL", "There are too many streams under way");
    const running = this.#log.begin(made as KeptAnswer, makeStream);
    waitUntil(running);
    return this.#read(id, { ...made.names, end: undefined, isIntact: true }, skip);
  }

  #idOf(streamId: string): string {
    requireKey("streamId", streamId);
    if (streamId.length > LONGEST_ID) throw new TypeError(`streamId must have at most ${LONGEST_ID} characters`);
    return `${encodeURIComponent(this.#options.keyPrefix)}:${encodeURIComponent(streamId)}`;
  }
}

function checkedSkip(skipCharacters: unknown): number {
  if (skipCharacters == null) return 0;
  if (Number.isSafeInteger(skipCharacters) && (skipCharacters as number) >= 0) return skipCharacters as number;
  throw new TypeError(`skipCharacters must be a whole number of at least 0, not ${describe(skipCharacters)}`);
}
