import { javascriptCore } from "../../js/src/core/javascript/index.js";
import type { ParsedItem } from "../../js/src/shared/receiver.js";
import { isNotice, withoutNotices } from "./notices.js";

/** Reads an event stream piece by piece; what was read stays. */
export class StreamReader {
  /** Without the notices of the beginning and the end. */
  readonly items: ParsedItem[] = [];
  /** As it came. */
  raw = "";
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #receiver = javascriptCore.createReceiver({ dedup: 1000 });

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The events read so far, as `type:data`. */
  get events(): string[] {
    return this.items.flatMap((item) => (item.kind === "event" ? [`${item.type}:${item.data}`] : []));
  }

  /** Without those notices. */
  get text(): string {
    return withoutNotices(this.raw);
  }

  get lastEventId(): string {
    return this.#receiver.lastEventId;
  }

  /** Reads on until the condition holds; fails when the stream ends before. */
  async until(condition: (reader: StreamReader) => boolean): Promise<this> {
    while (!condition(this)) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`The stream ended after ${JSON.stringify(this.text)}`);
      this.#take(value);
    }
    return this;
  }

  /** Reads until there are so many events. */
  untilEvents(count: number): Promise<this> {
    return this.until(({ events }) => events.length >= count);
  }

  async toEnd(): Promise<this> {
    for (let step = await this.#reader.read(); !step.done; step = await this.#reader.read()) this.#take(step.value);
    return this;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }

  #take(bytes: Uint8Array): void {
    this.raw += new TextDecoder().decode(bytes);
    this.items.push(...this.#receiver.feed(bytes).filter((item) => !isNotice(item)));
  }
}
