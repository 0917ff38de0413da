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

/** Who waits until the server has done it. */
interface Waiting {
  resolve(): void;
  reject(error: SSEError): void;
}

/** A channel that somebody has chosen. */
interface Chosen {
  /** How many have. */
  uses: number;
  /** The server reads it on the stream that there is. */
  isRead: boolean;
  readonly waiting: Waiting[];
}

/** In milliseconds. */
const LONGEST_ASKING_MS = 30_000;
/** As many as a server takes in one request. */
const MOST_AT_ONCE = 100;
/** The channels come with each request for the stream; a head has room for some more. */
const MOST_BYTES = 6000;
const NAME_OF_NONE = "A channel's name must be a text that is not empty";

/**
 * The channels that a client chooses beside its route's: a POST has the stream that there is read them, and every later request for the stream names them, so that it
 * reads them from the same cursor on.
 */
export class Subscriptions {
  readonly #host: SubscriptionHost;
  readonly #wire: ChosenChannels;
  readonly #channels = new Map<string, Chosen>();
  /** Those that the stream reads, and is not to any more. */
  readonly #left = new Map<string, Waiting[]>();
  #isPosting = false;
  #isDue = false;
  #isOneByOne = false;

  constructor(host: SubscriptionHost) {
    this.#host = host;
    this.#wire = host.wire;
    this.#wire.answered = () => this.#answered();
    this.#wire.closed = () => {
      this.#refuse([...this.#channels.keys()], this.#closed(), true);
      this.#settleLeft();
    };
  }

  subscribe(channel: string): Promise<void> {
    if (!isName(channel)) return Promise.reject(new TypeError(NAME_OF_NONE));
    if (this.#host.options.shareAcrossTabs) {
      const what = "A client that shares its connection with other tabs cannot choose channels";
      return Promise.reject(this.#error("UNSUPPORTED_RUNTIME", what));
    }
    if (this.#host.driver.standing.hasEnded) return Promise.reject(this.#closed());
    const isNew = !this.#channels.has(channel);
    const bytes = this.#wire.names.length + encodeURIComponent(channel).length;
    if (isNew && (this.#channels.size >= MOST_AT_ONCE || bytes > MOST_BYTES)) {
      const what = `A client chooses at most ${MOST_AT_ONCE} channels, whose names fit into a header of ${MOST_BYTES} bytes`;
      return Promise.reject(this.#error("TOO_MANY_CHANNELS", what));
    }
    const chosen = this.#channels.get(channel) ?? { uses: 0, isRead: false, waiting: [] };
    chosen.uses++;
    this.#channels.set(channel, chosen);
    if (chosen.isRead) return Promise.resolve();
    const done = new Promise<void>((resolve, reject) => chosen.waiting.push({ resolve, reject }));
    this.#changed();
    return done;
  }

  unsubscribe(channel: string): Promise<void> {
    const chosen = this.#channels.get(channel);
    if (chosen === undefined || --chosen.uses > 0) return Promise.resolve();
    this.#channels.delete(channel);
    settle(chosen.waiting);
    this.#changed();
    if (this.#host.driver.standing.hasEnded) return Promise.resolve();
    return new Promise((resolve, reject) => this.#leave(channel).push({ resolve, reject }));
  }

  #leave(channel: string): Waiting[] {
    const waiting = this.#left.get(channel) ?? [];
    this.#left.set(channel, waiting);
    return waiting;
  }

  #settleLeft(): void {
    for (const waiting of this.#left.values()) settle(waiting);
    this.#left.clear();
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
    this.#settleLeft();
    for (const [channel, chosen] of this.#channels) {
      chosen.isRead = read.has(channel);
      if (chosen.isRead) settle(chosen.waiting);
    }
    for (const channel of read) if (!this.#channels.has(channel)) this.#leave(channel);
    const refused = [...this.#channels.keys()].filter((channel) => sent.has(channel) && !read.has(channel));
    this.#refuse(refused, this.#error("FORBIDDEN", `The server does not let this client read ${refused.join(", ")}`));
    this.#changed();
  }

  /** Tells the server of the stream that there is what has changed. Never rejects. */
  async #post(): Promise<void> {
    const { driver, refusalOf } = this.#host;
    if (this.#isPosting || driver.standing.state !== "connected") return; // the next answer brings it about
    const wanted = [...this.#channels].flatMap(([channel, { isRead }]) => (isRead ? [] : [channel]));
    const join = this.#isOneByOne ? wanted.slice(0, 1) : wanted;
    const leave = [...this.#left.keys()].filter((channel) => !this.#channels.has(channel)).slice(0, MOST_AT_ONCE);
    if (join.length === 0 && leave.length === 0) return this.#settleLeft();
    const { answer } = this.#wire;
    const stream = answer?.get(CONTROL_HEADER);
    if (!stream && answer?.has(CHANNELS_HEADER)) return; // a poll: the next one names them
    if (!stream) {
      const what = "The server lets no client choose channels: its route needs control: true, and a POST";
      this.#refuse(join, this.#error("BAD_RESPONSE", what));
      this.#settleLeft();
      return;
    }
    this.#isPosting = true;
    let error: SSEError | undefined;
    try {
      const response = await this.#ask(JSON.stringify({ stream, join, leave }));
      if (response.status === 403) error = await this.#forbidden(response, join);
      else if (response.status !== 200) error = await refusalOf(`has status ${response.status}`, response);
      else if (!isAnswerTo(await response.json(), join)) throw new TypeError("The answer is none of hub.control");
    } catch (cause) {
      error = this.#error("CONNECTION_FAILED", "The channels could not be chosen", cause);
    }
    this.#isPosting = false;
    if (error?.code === "FORBIDDEN" && join.length > 1) {
      this.#isOneByOne = true; // which of them it is, the server does not say
      this.#changed();
      return;
    }
    if (join.length === wanted.length) this.#isOneByOne = false;
    if (this.#wire.answer !== answer) return this.#changed(); // another stream: its request has named them, or not
    if (error === undefined) this.#done(join, leave);
    else if (error.status === 404)
      driver.reconnect(); // the server has another stream of it, or none
    else {
      for (const channel of leave) {
        for (const { reject } of this.#left.get(channel) ?? []) reject(error);
        this.#left.delete(channel);
      }
      this.#refuse(join, error);
      this.#changed();
    }
  }

  #done(join: readonly string[], leave: readonly string[]): void {
    for (const channel of leave) {
      settle(this.#left.get(channel) ?? []);
      this.#left.delete(channel);
      const again = this.#channels.get(channel);
      if (again) again.isRead = false; // it was wanted again meanwhile
    }
    for (const channel of join) {
      const chosen = this.#channels.get(channel);
      if (chosen === undefined) this.#leave(channel);
      else {
        chosen.isRead = true;
        settle(chosen.waiting);
      }
    }
    this.#changed();
  }

  async #forbidden(response: Response, join: readonly string[]): Promise<SSEError> {
    const { status, problem } = await this.#host.refusalOf("has status 403", response);
    const what = `The server does not let this client read ${join.join(", ")}`;
    return new this.#host.SSEError("FORBIDDEN", what, { problem, ...(status !== undefined && { status }) });
  }

  /** As the client asks for its stream, with what lets it in. */
  async #ask(body: string): Promise<Response> {
    const { url, options: own, ask } = this.#host;
    const { headers: source } = own;
    const headers = async () => {
      const all = new Headers((await (typeof source === "function" ? source() : source)) ?? {});
      all.set("Content-Type", "application/json");
      return all;
    };
    const { events: _, resumeBy: __, ...others } = own;
    const signal = AbortSignal.timeout(LONGEST_ASKING_MS);
    const request: StreamRequest = {
      url,
      options: { ...others, body, method: "POST", headers, idempotency: false },
      lastEventId: () => "",
      idempotencyKey: "",
      signal,
      chosen: { names: "", sent: "" },
      sending: () => {},
      isReleased: () => false,
    };
    const late = new Promise<undefined>((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
    const response = await Promise.race([ask(request, url, "application/json"), late]);
    if (response === undefined) throw new TypeError(`There was no answer within ${LONGEST_ASKING_MS} ms`);
    return response;
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

/** A text that a header can have. */
function isName(channel: unknown): boolean {
  try {
    return typeof channel === "string" && encodeURIComponent(channel) !== "";
  } catch {
    return false; // half of a surrogate pair
  }
}

/** Whether the server says that the stream reads all of these. */
function isAnswerTo(body: unknown, join: readonly string[]): boolean {
  const { join: read } = Object(body) as { join?: unknown };
  return Array.isArray(read) && join.every((channel) => read.includes(channel));
}

function settle(waiting: Waiting[]): void {
  for (const { resolve } of waiting.splice(0)) resolve();
}

/** What is no name is none: a proxy may have changed the header. */
function namesIn(text: string | null | undefined): Set<string> {
  const names = (text ?? "").split(",").map((one) => {
    try {
      return decodeURIComponent(one.trim());
    } catch {
      return "";
    }
  });
  return new Set(names.filter((one) => one !== ""));
}
