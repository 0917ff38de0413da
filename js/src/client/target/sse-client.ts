import type { Health, SessionState } from "../../core/contract.js";
import { SSEError } from "../../shared/errors.js";
import { LoadingDriver } from "../connection/loading-driver.js";
import type { Transition } from "../connection/recorder.js";
import type { StreamDriver } from "../connection/stream-driver.js";
import { diagnostics } from "../development/diagnostics.js";
import type { SSEClientOptions } from "../options/options.js";
import { canBeSent } from "../stream/cursor.js";
import type { UntypedEvents } from "../stream/events.js";
import type { ResumeVerdict } from "../stream/notices.js";
import { StreamTarget } from "./stream-target.js";

/**
 * A Server-Sent Events client: an EventSource that also takes headers, methods and bodies, delivers each event once, and
 * says how it is. It connects when it is made, and again whenever the connection fails or ends, from the last event on.
 *
 * Events of the stream are `MessageEvent`s under their own type, with the text as EventSource gives it; `on` gives
 * their data parsed. The client's own events are {@link SSEClientEvents}. A listener that throws is reported as for any
 * EventTarget, and the stream goes on.
 *
 * @typeParam Events - data types by event type, for `on`.
 * @example
 * const client = new SSEClient<{ progress: { done: number } }>("/api/events");
 * client.on("progress", ({ done }) => console.log(done));
 * client.addEventListener("statechange", () => console.log(client.state));
 */
export class SSEClient<Events extends object = UntypedEvents> extends StreamTarget<Events> {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSED = 2;

  /** The absolute URL. */
  readonly url: string;
  readonly withCredentials: boolean;
  readonly #signal: AbortSignal | undefined;
  #driver: StreamDriver;

  /**
   * @param url - relative to the document, where there is one.
   * @throws TypeError for a URL that is none; SSEError `INVALID_FIELD` for a `lastEventId` that cannot be sent.
   */
  constructor(url: string | URL, options: SSEClientOptions<Events> = {}) {
    super();
    diagnostics()?.checkOptions("SSEClient", options);
    if (url === undefined) throw new TypeError("SSEClient needs a URL");
    this.url = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href;
    this.withCredentials = options.withCredentials ?? false;
    if (typeof (options.lastEventId ?? "") !== "string") throw new TypeError("lastEventId must be a string");
    if (!canBeSent(options.lastEventId ?? "")) throw new SSEError("INVALID_FIELD", "lastEventId cannot be sent");
    this.#signal = options.signal;
    this.#driver = new LoadingDriver(this.url, options as SSEClientOptions, {
      dispatch: (event) => this.deliver(event),
      ended: () => this.#signal?.removeEventListener("abort", this.#onAbort),
      replaceDriver: (driver) => {
        this.#driver = driver;
      },
    });
    this.#start();
  }

  override get readyState(): 0 | 1 | 2 {
    if (this.state === "connected") return 1;
    return this.#driver.standing.hasEnded ? 2 : 0;
  }

  /** `"error"` once the client has given up; `"disconnected"` after `close()`, and at the stream's end. */
  get state(): SessionState {
    return this.#driver.standing.state;
  }

  /**
   * The stream has come to its end, and there is no more to come: its server has closed it or sent the last event, answered
   * 204, or sent a `[DONE]`; or the whole answer to a request came that is no GET (see `onEnd`). The client does not reconnect
   * then, and its state is `"disconnected"`. False again when it is started anew.
   */
  get completed(): boolean {
    return this.#driver.standing.completed;
  }

  /** How well the connection does; `healthchange` says when it is another. */
  get health(): Health {
    return this.#driver.standing.health;
  }

  /** How events come at present. */
  get transport(): "stream" | "polling" {
    return this.#driver.standing.transport;
  }

  /** How much longer than the fastest the last heartbeat event with a time in it was under way; null before one came. */
  get latencyMs(): number | null {
    return this.#driver.standing.latencyMs;
  }

  /**
   * The id to resume after: that of the event being dispatched, or of the last one received; `""` for none. An id that no
   * request could bring back (with a control character, with a space at an end, of more than 4,096 bytes) is passed over, and
   * spoken of by an `error` event, `INVALID_FIELD`, once a connection.
   */
  get lastEventId(): string {
    return this.#driver.lastEventId;
  }

  /** Failed attempts since the last connection that opened. */
  get attempts(): number {
    return this.#driver.standing.attempts;
  }

  /** What the server said of how this connection continues the one before; null while it has said nothing. */
  get resume(): ResumeVerdict | null {
    return this.#driver.resume;
  }

  /** What parses here: `"javascript"` where the page forbids WebAssembly; null before it is loaded. */
  get implementation(): "wasm" | "javascript" | null {
    return this.#driver.implementation;
  }

  /** The last transitions, oldest first; none without the option `debug`. */
  get transitions(): readonly Transition[] {
    return this.#driver.transitions;
  }

  /** @internal Whether what was asked for may be asked for once more, with the cursor. */
  get mayAskAgain(): boolean {
    return this.#driver.mayAskAgain;
  }

  /**
   * Connects at once: drops the connection there is, cuts a wait short, or starts again after `close()` or an `"error"`.
   * It resumes after the last event dispatched. Does nothing while an attempt is under way, or when `signal` is aborted.
   */
  reconnect(): void {
    if (this.#driver.standing.hasEnded) this.#start();
    else this.#driver.reconnect();
  }

  /** Ends the connection and every attempt. `statechange` and `close` are dispatched before it returns; nothing follows. */
  close(): void {
    if (!this.#driver.standing.hasEnded) this.#driver.close();
  }

  /**
   * Has the stream read another channel, of a route with `control: true`, and of every connection that follows, from the same cursor on. Resolves when the server
   * does; who is refused later, when the client has come back, hears an `error` event. What several parts of a page subscribe is read until all of them have
   * unsubscribed.
   *
   * @returns a promise that rejects with an SSEError where the server refuses it (`BAD_RESPONSE`, `FORBIDDEN`), or the client is closed.
   */
  subscribe(channel: string): Promise<void> {
    return this.#driver.choose(channel, true);
  }

  /** Has the stream read a channel no more that was subscribed; not one of the route's. */
  unsubscribe(channel: string): Promise<void> {
    return this.#driver.choose(channel, false);
  }

  #start(): void {
    if (this.#signal?.aborted) return;
    this.#signal?.addEventListener("abort", this.#onAbort);
    this.#driver.start();
  }

  readonly #onAbort = (): void => this.close();
}
