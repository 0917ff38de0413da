import type { SSEError } from "../../shared/errors.js";
import { type ErrorOrMessage, SSEErrorEvent, type SSEListener, SSEMessageEvent } from "../stream/events.js";

/**
 * The client's own events: a server's events of these names do not reach those who listen to them. An `error` of the server's
 * does, as with EventSource, and has no `.error`.
 */
const OWN = /^(open|close|statechange|healthchange|resume)$/;

/** The listening half of a client: EventSource's handlers, typed listeners, and data parsed. */
export abstract class StreamTarget<Events extends object> extends EventTarget {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: SSEMessageEvent) => void) | null = null;
  onerror: ((event: ErrorOrMessage) => void) | null = null;

  /** Where the server's events of those names go. */
  readonly #others = new EventTarget();
  /** The event parsed last, for the other listeners of the same event. */
  #parsed: { event?: Event; value?: unknown } = {};

  constructor() {
    super();
    super.addEventListener("open", (event) => this.onopen?.(event));
    super.addEventListener("message", (event) => this.onmessage?.(event as SSEMessageEvent));
    super.addEventListener("error", (event) => this.onerror?.(event as ErrorOrMessage));
  }

  /** As EventSource has it: CONNECTING (0, waiting included), OPEN (1) or CLOSED (2). */
  abstract get readyState(): 0 | 1 | 2;

  /**
   * As EventTarget's. The data of a message is its text; see {@link on} for parsed data. Events that the server calls `open`,
   * `close`, `statechange`, `healthchange` or `resume` are heard by {@link on} only: here these are the client's own.
   */
  override addEventListener<Type extends string>(
    type: Type,
    listener: SSEListener<Type> | null,
    options?: Parameters<EventTarget["addEventListener"]>[2],
  ): void {
    super.addEventListener(type, listener as EventListener | null, options);
  }

  /** As EventTarget's. */
  override removeEventListener<Type extends string>(
    type: Type,
    listener: SSEListener<Type> | null,
    options?: Parameters<EventTarget["removeEventListener"]>[2],
  ): void {
    super.removeEventListener(type, listener as EventListener | null, options);
  }

  /**
   * Listens to the stream's events of a type, whatever the type, with their data parsed from JSON and validated (once, however
   * many listen), or as the option `parse` says; what was sent `raw` comes as its text. Data that does not parse, or that its
   * validator refuses, is an `error` event instead, `INVALID_JSON` or `INVALID_DATA` with the text in `.error.raw`, and the
   * stream goes on. A `[DONE]`, which ends streams of other servers, is no data.
   *
   * @returns a function that ends it.
   * @example
   * const stop = client.on("progress", ({ done }, event) => console.log(event.lastEventId, done));
   */
  on<Type extends keyof Events & string>(
    type: Type,
    listener: (data: Events[Type], event: SSEMessageEvent) => void,
  ): () => void {
    const listenParsed = (event: Event): void => {
      if (!(event instanceof SSEMessageEvent)) return;
      const parsed = this.#parse(event);
      if ("value" in parsed) listener(parsed.value as Events[Type], event);
    };
    if (OWN.test(type)) {
      this.#others.addEventListener(type, listenParsed);
      return () => this.#others.removeEventListener(type, listenParsed);
    }
    super.addEventListener(type, listenParsed);
    return () => super.removeEventListener(type, listenParsed);
  }

  /** @internal Is called with each event before its listeners are. */
  observer: (event: Event) => void = () => {};

  /** @internal Dispatches an event of the client's or the server's to those who listen for it. */
  deliver(event: Event): void {
    this.observer(event);
    const isOther = event instanceof SSEMessageEvent && OWN.test(event.type);
    (isOther ? this.#others : this).dispatchEvent(event);
  }

  #parse(event: SSEMessageEvent): { value?: unknown } {
    if (this.#parsed.event !== event) {
      this.#parsed = { event };
      try {
        if (!event.isDone) this.#parsed.value = event.read("data");
      } catch (error) {
        // Another listener of the same event may have closed the client.
        if (this.readyState !== 2) this.deliver(new SSEErrorEvent(error as SSEError));
      }
    }
    return this.#parsed;
  }
}
