import { randomKey } from "../../shared/random-key.js";
import type { Clock } from "../options/clock.js";
import type { SSEClientOptions } from "../options/options.js";
import type { ChosenChannels } from "./chosen-channels.js";
import type { StreamHandler, StreamRequest } from "./fetch-transport.js";
import { openStream } from "./transports.js";

/** The requests of one client, of which there is never more than one: a new one ends that before it. */
export class Requests {
  readonly #url: string;
  readonly #options: SSEClientOptions;
  readonly #clock: Clock;
  #idempotencyKey = randomKey();
  #current: AbortController | undefined;
  readonly chosen: ChosenChannels = { names: "", sent: "" };
  /** When the last one was made. */
  madeMs = 0;
  /** One was sent, and its answer was no refusal: what it asks for may have been done. */
  wasSent = false;

  constructor(url: string, options: SSEClientOptions, clock: Clock) {
    this.#url = url;
    this.#options = options;
    this.#clock = clock;
  }

  /** Whether a request was made, and neither aborted nor released. */
  get isUnderWay(): boolean {
    return this.#current?.signal.aborted === false;
  }

  abort(): void {
    this.#current?.abort();
  }

  /** What follows is a new order, and no repeat of the one before. */
  renew(): void {
    this.#idempotencyKey = randomKey();
  }

  /** The stream has ended. What follows in the answer is read and ignored. */
  release(): void {
    this.#current = undefined;
  }

  /** Asks for the stream; `ready` is {@link openFetch}'s, and `lastEventId` {@link StreamRequest}'s. */
  stream(lastEventId: () => string, ready: Promise<StreamHandler | undefined>): void {
    void openStream(this.make(lastEventId), ready);
  }

  make(lastEventId: () => string): StreamRequest {
    this.abort();
    const current = new AbortController();
    this.#current = current;
    this.madeMs = this.#clock.now();
    const { signal } = current;
    return {
      isReleased: () => this.#current !== current,
      url: this.#url,
      options: this.#options,
      idempotencyKey: this.#idempotencyKey,
      lastEventId,
      signal,
      chosen: this.chosen,
      sending: () => {
        this.wasSent = true;
      },
    };
  }
}
