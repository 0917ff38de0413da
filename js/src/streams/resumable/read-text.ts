import { readChannel } from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import type { FoundAnswer } from "../answer/log/answer-log.js";
import { TEXT_ENDS, type TextPart } from "./text-events.js";

/**
 * A text that is kept, from a character on: what there is, then what comes, to its end. It fails where the text ends before it is whole. What its reader does not
 * ask for stays in the log.
 *
 * @param checkEveryMs - how often it is asked whether the thread that reads the source lives, where that is another.
 */
export function readText(
  hub: { readonly name: string },
  { channel, isAlive }: FoundAnswer,
  skipCharacters: number,
  checkEveryMs: number,
): ReadableStream<string> {
  const reader = readChannel(hub, channel);
  let at = skipCharacters;
  let isDead = false;
  const watch = isAlive && setInterval(() => void check(isAlive), checkEveryMs);
  watch?.unref?.();
  const close = () => {
    clearInterval(watch);
    reader.close();
  };
  async function check(isAlive: () => Promise<boolean>): Promise<void> {
    if (await isAlive()) return;
    isDead = true;
    close();
  }
  /** What comes next, and how it ends if it does. */
  async function next(): Promise<{ text: string; end: string | undefined }> {
    const events = await reader.next();
    if (events === undefined) throw broken(isDead ? "its producer has gone" : "it was closed");
    let text = "";
    for (const { event, data } of events) {
      if (event !== "text") continue;
      const [from, part] = data as TextPart;
      text += part.slice(Math.max(0, at - from));
      at = Math.max(at, from + part.length);
    }
    const last = events.find(({ event }) => TEXT_ENDS.includes(event));
    return { text, end: last && (last.event === "end" ? "" : String((last.data as { reason: string }).reason)) };
  }
  return new ReadableStream<string>(
    {
      async pull(controller) {
        try {
          for (let isGiven = false; !isGiven; ) {
            const { text, end } = await next();
            isGiven = text !== "" || end !== undefined;
            if (text !== "") controller.enqueue(text);
            if (end === undefined) continue;
            if (end !== "") throw broken(end);
            controller.close();
            close();
          }
        } catch (error) {
          close();
          throw error;
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

function broken(why: string): SSEError {
  return new SSEError("STREAM_CLOSED", `The stream has ended before it was whole: ${why}`);
}
