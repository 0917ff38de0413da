import { type ChannelReader, readChannel } from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import type { FoundAnswer } from "../answer/log/found-answer.js";
import { TEXT_ENDS, type TextPart } from "./text-events.js";

/** How a text is read. */
export interface TextReading {
  /** Characters that its reader has already. */
  readonly skipCharacters: number;
  /** How often it is asked whether the thread that reads the source lives, where that is another. */
  readonly checkEveryMs: number;
  /** Whether the text is still there; asked when reading begins, which may be long after it was asked for. */
  readonly isKept: () => Promise<boolean>;
}

/**
 * A text that is kept: what there is, then what comes, to its end. It fails where the text ends before it is whole, and where a part of it is lost. What its reader does not ask for
 * stays in the log, and nothing is held for one that never asks.
 */
export function readText(
  hub: { readonly name: string },
  found: FoundAnswer,
  reading: TextReading,
): ReadableStream<string> {
  let text: KeptText | undefined;
  return new ReadableStream<string>(
    {
      async pull(controller) {
        try {
          if (text === undefined && !(await reading.isKept())) throw broken("it is not kept any more");
          text ??= new KeptText(hub, found, reading);
          await text.giveTo(controller);
        } catch (error) {
          text?.close();
          throw error;
        }
      },
      cancel: () => text?.close(),
    },
    { highWaterMark: 0 },
  );
}

/** One reading. */
class KeptText {
  readonly #reader: ChannelReader;
  readonly #watch: ReturnType<typeof setInterval> | undefined;
  /** Characters that were read, and that its reader has. */
  #read = 0;
  #given: number;
  #isDead = false;

  constructor(hub: { readonly name: string }, { channel, isAlive }: FoundAnswer, reading: TextReading) {
    this.#reader = readChannel(hub, channel);
    this.#given = reading.skipCharacters;
    this.#watch = isAlive && setInterval(() => void this.#check(isAlive), reading.checkEveryMs);
    this.#watch?.unref?.();
  }

  close(): void {
    clearInterval(this.#watch);
    this.#reader.close();
  }

  /** Gives what comes next, or the end. */
  async giveTo(controller: ReadableStreamDefaultController<string>): Promise<void> {
    for (let isGiven = false; !isGiven; ) {
      const { text, end } = await this.#next();
      isGiven = text !== "" || end !== undefined;
      if (text !== "") controller.enqueue(text);
      if (end === undefined) continue;
      if (end !== "") throw broken(end);
      this.close();
      controller.close();
    }
  }

  /** `end`: why it ends, if it does; empty where it is whole. */
  async #next(): Promise<{ readonly text: string; readonly end: string | undefined }> {
    const events = await this.#reader.next();
    if (events === undefined) throw broken(this.#isDead ? "its producer has gone" : "it was closed");
    let text = "";
    for (const { event, data } of events) {
      if (event !== "text") continue;
      const [from, part] = data as TextPart;
      if (from !== this.#read) throw broken("a part of it is not kept any more");
      this.#read += part.length;
      text += part.slice(Math.max(0, this.#given - from));
      this.#given = Math.max(this.#given, this.#read);
    }
    const last = events.find(({ event }) => TEXT_ENDS.includes(event));
    return { text, end: last && (last.event === "end" ? "" : String((last.data as { reason: string }).reason)) };
  }

  /** Of a thread that has died, what is there is still given. */
  async #check(isAlive: () => Promise<boolean>): Promise<void> {
    if (this.#isDead || (await isAlive())) return;
    this.#isDead = true;
    clearInterval(this.#watch);
    this.#reader.end();
  }
}

function broken(why: string): SSEError {
  return new SSEError("STREAM_CLOSED", `The stream has ended before it was whole: ${why}`);
}
