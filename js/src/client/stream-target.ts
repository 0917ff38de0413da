import type { SSEError } from "../shared/errors.js";
import { type ErrorOrMessage, SSEErrorEvent, type SSEListener } from "./events.js";
import { readData, type Schemas } from "./schema.js";

/** The listening half of a client: EventSource's handlers, typed listeners, and data parsed from JSON. */
export abstract class StreamTarget<Events extends object> extends EventTarget {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent<string>) => void) | null = null;
  onerror: ((event: ErrorOrMessage) => void) | null = null;

  /** The event parsed last, for the other listeners of the same event. */
  #parsed: { event?: Event; value?: unknown } = {};

  readonly #schemas: Schemas<Events> | undefined;

  constructor(schemas?: Schemas<Events>) {
    super();
    this.#schemas = schemas;
    super.addEventListener("open", (event) => this.onopen?.(event));
    super.addEventListener("message", (event) => this.onmessage?.(event as MessageEvent<string>));
    super.addEventListener("error", (event) => this.onerror?.(event as ErrorOrMessage));
  }

  /** As EventSource has it: CONNECTING (0, waiting included), OPEN (1) or CLOSED (2). */
  abstract get readyState(): 0 | 1 | 2;

  /** As EventTarget's. The data of a message is its text; see {@link on} for parsed data. */
  override addEventListener<Type extends string>(
    type: Type,
    listener: SSEListener<Type> | null,
    options?: AddEventListenerOptions | boolean,
  ): void {
    super.addEventListener(type, listener as EventListener | null, options);
  }

  /** As EventTarget's. */
  override removeEventListener<Type extends string>(
    type: Type,
    listener: SSEListener<Type> | null,
    options?: EventListenerOptions | boolean,
  ): void {
    super.removeEventListener(type, listener as EventListener | null, options);
  }

  /**
   * Listens to the stream's events of a type, with their data parsed from JSON and validated (once, however many
   * listen). Data that does not parse, or that its validator refuses, is an `error` event instead, `INVALID_JSON` or
   * `INVALID_DATA` with the text in `.error.raw`, and the stream goes on.
   *
   * @returns a function that ends it.
   * @example
   * const stop = client.on("progress", ({ done }, event) => console.log(event.lastEventId, done));
   */
  on<Type extends keyof Events & string>(
    type: Type,
    listener: (data: Events[Type], event: MessageEvent<string>) => void,
  ): () => void {
    const listenParsed = (event: Event): void => {
      if (!(event instanceof MessageEvent)) return;
      const parsed = this.#parse(event);
      if ("value" in parsed) listener(parsed.value as Events[Type], event);
    };
    super.addEventListener(type, listenParsed);
    return () => super.removeEventListener(type, listenParsed);
  }

  #parse(event: MessageEvent<string>): { value?: unknown } {
    if (this.#parsed.event !== event) {
      this.#parsed = { event };
      try {
        this.#parsed.value = readData(event.type, event.data, this.#schemas);
      } catch (error) {
        // Another listener of the same event may have closed the client.
        if (this.readyState !== 2) this.dispatchEvent(new SSEErrorEvent(error as SSEError));
      }
    }
    return this.#parsed;
  }
}
