import type { SSEError, SSEErrorCode } from "../../shared/errors.js";
import type { SSEClientOptions } from "../options/options.js";
import type { ChosenChannels } from "./chosen-channels.js";
import type { ask, refusalOf, StreamRequest } from "./fetch-transport.js";

/** The client, as far as its channels go. */
export interface SubscriptionHost {
  readonly url: string;
  readonly options: SSEClientOptions;
  readonly wire: ChosenChannels;
  readonly driver: { readonly standing: { readonly state: string; readonly hasEnded: boolean }; reconnect(): void };
  readonly ask: typeof ask;
  readonly refusalOf: typeof refusalOf;
  readonly SSEError: typeof SSEError;
  /** Dispatches an error. */
  tell(error: SSEError): void;
}

// Of shared/stream-control.ts.
const CONTROL_HEADER = "X-Stream-Control";
const CHANNELS_HEADER = "X-Stream-Channels";

/** A channel that somebody has chosen. */
interface Chosen {
  /** How many have. */
  uses: number;
  /** The server reads it on the stream that there is. */
  isRead: boolean;
  readonly waiting: { resolve(): void; reject(error: SSEError): void }[];
}

/** In milliseconds. */
const LONGEST_ASKING_MS = 30_000;
const NAME_OF_NONE = "A channel's name must be a text that is not empty";

/**
 * The channels that a client chooses beside its route's: a POST has the stream that there is read them, and every later request for the stream names them, so that it
 * reads them from the same cursor on.
 */
export class Subscriptions {
  readonly #host: SubscriptionHost;
  readonly #wire: ChosenChannels;
  readonly #channels = new Map<string, Chosen>();
  readonly #left = new Set<string>();
  #isPosting = false;
  #isDue = false;

  constructor(host: SubscriptionHost) {
    this.#host = host;
    this.#wire = host.wire;
    this.#wire.answered = () => this.#answered();
    this.#wire.closed = () => this.#refuse([...this.#channels.keys()], this.#closed(), true);
  }

  subscribe(channel: string): Promise<void> {
    if (typeof channel !== "string" || channel === "") return Promise.reject(new TypeError(NAME_OF_NONE));
    if (this.#host.options.shareAcrossTabs) {
      const what = "A client that shares its connection with other tabs cannot choose channels";
      return Promise.reject(this.#error("UNSUPPORTED_RUNTIME", what));
    }
    if (this.#host.driver.standing.hasEnded) return Promise.reject(this.#closed());
    const chosen = this.#channels.get(channel) ?? { uses: 0, isRead: false, waiting: [] };
    chosen.uses++;
    this.#channels.set(channel, chosen);
    this.#left.delete(channel);
    if (chosen.isRead) return Promise.resolve();
    const done = new Promise<void>((resolve, reject) => chosen.waiting.push({ resolve, reject }));
    this.#changed();
    return done;
  }

  unsubscribe(channel: string): void {
    const chosen = this.#channels.get(channel);
    if (chosen === undefined || --chosen.uses > 0) return;
    this.#channels.delete(channel);
    this.#left.add(channel);
    for (const { resolve } of chosen.waiting) resolve();
    this.#changed();
  }

  /** What changes in one turn is one request. */
  #changed(): void {
    this.#wire.names = [...this.#channels.keys()].map(encodeURIComponent).join();
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      void this.#post();
    });
  }

  /** A stream has begun: it reads what its request has named and the server lets it read. */
  #answered(): void {
    const read = namesIn(this.#wire.answer?.get(CHANNELS_HEADER));
    const sent = namesIn(this.#wire.sent);
    this.#left.clear();
    for (const [channel, chosen] of this.#channels) {
      chosen.isRead = read.has(channel);
      if (chosen.isRead) settle(chosen);
    }
    for (const channel of read) if (!this.#channels.has(channel)) this.#left.add(channel);
    const refused = [...this.#channels.keys()].filter((channel) => sent.has(channel) && !read.has(channel));
    this.#refuse(refused, this.#error("FORBIDDEN", `The server does not let this client read ${refused.join(", ")}`));
    this.#changed();
  }

  /** Tells the server of the stream that there is what has changed. Never rejects. */
  async #post(): Promise<void> {
    if (this.#isPosting || this.#host.driver.standing.state !== "connected") return; // the next answer brings it about
    const join = [...this.#channels].flatMap(([channel, { isRead }]) => (isRead ? [] : [channel]));
    const leave = [...this.#left];
    if (join.length === 0 && leave.length === 0) return;
    const { answer } = this.#wire;
    const stream = answer?.get(CONTROL_HEADER);
    if (!stream) {
      const what = "The server lets no client choose channels: its route needs control: true, and a POST";
      this.#refuse(join, this.#error("BAD_RESPONSE", what));
      return;
    }
    this.#isPosting = true;
    let error: SSEError | undefined;
    try {
      const response = await this.#ask(JSON.stringify({ stream, join, leave }));
      if (response && !response.ok) error = await this.#host.refusalOf(`has status ${response.status}`, response);
    } catch (cause) {
      error = this.#error("CONNECTION_FAILED", "The channels could not be chosen", cause);
    }
    this.#isPosting = false;
    if (this.#wire.answer !== answer) return this.#changed(); // another stream: its request has named them, or not
    if (error === undefined) {
      for (const channel of leave) this.#left.delete(channel);
      for (const channel of join) {
        const chosen = this.#channels.get(channel);
        if (chosen === undefined) this.#left.add(channel);
        else {
          chosen.isRead = true;
          settle(chosen);
        }
      }
      this.#changed();
    } else if (error.status === 404)
      this.#host.driver.reconnect(); // the server has another stream of it, or none
    else {
      for (const channel of leave) this.#left.delete(channel);
      this.#refuse(join, error);
    }
  }

  /** As the client asks for its stream, with what lets it in. */
  #ask(body: string): Promise<Response | undefined> {
    const { url, options: own, ask } = this.#host;
    const { headers: source } = own;
    const headers = async () => {
      const all = new Headers((await (typeof source === "function" ? source() : source)) ?? {});
      all.set("Content-Type", "application/json");
      return all;
    };
    const { events: _, resumeBy: __, ...others } = own;
    const request: StreamRequest = {
      url,
      options: { ...others, body, method: "POST", headers, idempotency: false },
      lastEventId: () => "",
      idempotencyKey: "",
      signal: AbortSignal.timeout(LONGEST_ASKING_MS),
      chosen: { names: "", sent: "" },
      sending: () => {},
      isReleased: () => false,
    };
    return ask(request, url, "application/json");
  }

  #error(code: SSEErrorCode, message: string, cause?: unknown): SSEError {
    return new this.#host.SSEError(code, message, { cause });
  }

  #closed(): SSEError {
    return this.#error("CONNECTION_FAILED", "The client is closed");
  }

  #refuse(channels: readonly string[], error: SSEError, isSilent = false): void {
    let isTold = isSilent;
    for (const channel of channels) {
      const chosen = this.#channels.get(channel);
      this.#channels.delete(channel);
      for (const { reject } of chosen?.waiting ?? []) reject(error);
      isTold ||= chosen !== undefined && chosen.waiting.length > 0;
    }
    if (channels.length === 0) return;
    this.#wire.names = [...this.#channels.keys()].map(encodeURIComponent).join();
    if (!isTold) this.#host.tell(error);
  }
}

function settle(chosen: Chosen): void {
  for (const { resolve } of chosen.waiting.splice(0)) resolve();
}

function namesIn(text: string | null | undefined): Set<string> {
  return new Set(text ? text.split(",").map((one) => decodeURIComponent(one.trim())) : []);
}
