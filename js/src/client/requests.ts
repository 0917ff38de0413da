import type { StreamHandler, StreamRequest } from "./fetch-transport.js";
import type { SSEClientOptions } from "./options.js";
import type { PollOutcome } from "./poll-transport.js";
import type { Recorder } from "./recorder.js";
import { openStream, pollOnce } from "./transports.js";

/** The requests of one client, of which there is never more than one: a new one ends that before it. */
export class Requests {
  readonly #url: string;
  readonly #options: SSEClientOptions;
  readonly #recorder: Recorder;
  readonly #idempotencyKey = randomKey();
  #current: AbortController | undefined;

  constructor(url: string, options: SSEClientOptions, recorder: Recorder) {
    this.#url = url;
    this.#options = options;
    this.#recorder = recorder;
  }

  /** Whether one was ever made and not aborted. */
  get isUnderWay(): boolean {
    return this.#current?.signal.aborted === false;
  }

  abort(): void {
    this.#current?.abort();
  }

  /** The answer's end was told: what is left of it is nobody's, and may still be read to its own end. */
  release(): void {
    this.#current = undefined;
  }

  /** Asks for the stream. `ready` and `lastEventId` are {@link StreamRequest}'s. */
  stream(lastEventId: () => string, ready: Promise<unknown>, handler: StreamHandler): void {
    const request = this.#newRequest(lastEventId, ready);
    this.#recorder.record("connect");
    const recorded: StreamHandler = {
      opened: (...answer) => {
        this.#recorder.record("open");
        handler.opened(...answer);
      },
      bytes: (chunk) => {
        this.#recorder.record("bytes", chunk);
        handler.bytes(chunk);
      },
      ended: (status) => {
        this.#recorder.record("end");
        handler.ended(status);
      },
      failed: (error, final) => {
        this.#recorder.record("end");
        handler.failed(error, final);
      },
    };
    void openStream(request, recorded);
  }

  /** Asks for the events after the cursor. `done` is not called when another request, or none, takes its place. */
  async poll(lastEventId: () => string, ready: Promise<unknown>, done: (outcome: PollOutcome) => void): Promise<void> {
    const request = this.#newRequest(lastEventId, ready);
    this.#recorder.record("connect");
    const outcome = await pollOnce(request);
    if (outcome === undefined || request.signal.aborted) return;
    if ("bytes" in outcome) {
      this.#recorder.record("open");
      this.#recorder.record("bytes", outcome.bytes);
    }
    this.#recorder.record("end");
    done(outcome);
  }

  #newRequest(lastEventId: () => string, ready: Promise<unknown>): StreamRequest {
    this.abort();
    const current = new AbortController();
    this.#current = current;
    const { signal } = current;
    return {
      isReleased: () => this.#current !== current,
      url: this.#url,
      options: this.#options,
      idempotencyKey: this.#idempotencyKey,
      lastEventId,
      ready,
      signal,
    };
  }
}

/** `crypto.randomUUID` is there in secure contexts only. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
