import type { IncomingMessage, ServerResponse } from "node:http";
import type { BrokeredEvent } from "../../cluster/broker.js";
import type { NativeHub } from "../../native/binding.js";
import { requireFunction, requireKey } from "../../shared/arguments.js";
import { isSSEError } from "../../shared/errors.js";
import type { RequestLike } from "../access/request-like.js";
import { type PublishReceipt, Receipt } from "../content/receipt.js";
import type { AttachOptions } from "../http/attach-options.js";
import { createStream } from "../http/create-stream.js";
import { answerFetch } from "../http/fetch-exchange.js";
import { answerNode } from "../http/node-exchange.js";
import { type DrainOptions, drainHub, endAll } from "../lifecycle/drain.js";
import { environment } from "../lifecycle/environment.js";
import { replaceOnReload } from "../lifecycle/hot-reload.js";
import { isErrorRecord } from "../observe/error-record.js";
import { HUB_EVENTS, type HubEvents, onHubEvent } from "../observe/hub-events.js";
import { hubMetrics } from "../observe/hub-metrics.js";
import { tellPublished } from "../observe/published.js";
import { countRefused } from "../observe/refusals.js";
import { ensureWatched, forgetWatch } from "../observe/watching.js";
import { joinChannel } from "../stream/join-channel.js";
import { Listener } from "../stream/listener.js";
import type { StreamOptions } from "../stream/options.js";
import type { ReceivedMessage } from "../stream/received-message.js";
import { type RegisterOptions, Registrations, type SendFunction } from "../stream/registrations.js";
import type { ResponseOptions } from "../stream/response-options.js";
import type { SSEStream } from "../stream/sse-stream.js";
import { toBrokeredEvent } from "./brokered-event.js";
import { type BrokerSlot, brokerSlot } from "./brokers.js";
import { type DocumentOptions, HubDocument } from "./hub-document.js";
import { HubHistory } from "./hub-history.js";
import { type HubStats, toHubStats } from "./hub-stats.js";
import type { AnyEvents, EventMap, HubChannel, HubMessage } from "./hub-types.js";
import { asReference } from "./reference.js";

/**
 * Channels and the connections that read them. One in the whole process for each name: in every route, in instrumentation
 * and in worker threads.
 */
export class Hub<Events extends EventMap = AnyEvents> extends HubHistory {
  readonly #slot: BrokerSlot;
  readonly #native: NativeHub;
  readonly #registrations: Registrations;

  /** @internal Use {@link createHub}. */
  constructor(name: string) {
    super(name);
    this.#native = environment().hub(name);
    this.#slot = brokerSlot(name);
    hubMetrics(name); // so that it is among those that are exported
    this.#registrations = new Registrations(name);
  }

  /**
   * Appends an event to a channel's log, from where every connection of the channel reads it; at once, unless the channel's
   * policy has it wait.
   *
   * @throws SSEError `INVALID_FIELD`, `INVALID_DATA` (its policy's `records`), `UNSERIALIZABLE`, `EVENT_TOO_LARGE`, `OVERLOADED`, `RATE_LIMITED`, `SERVER_FULL` (one channel
   *   more than `limits.channels`); nothing is sent then.
   */
  publish(channel: string, message: HubMessage<Events>): PublishReceipt {
    requireKey("channel", channel);
    try {
      const receipt = this.#publish(channel, toBrokeredEvent(message));
      if (message.idempotencyKey !== undefined && Receipt.isRepeat(receipt)) return receipt;
      if (isErrorRecord(message.data)) hubMetrics(this.name).errorRecord(channel);
      tellPublished(this.name, channel, message.event, receipt);
      return receipt;
    } catch (error) {
      if (isSSEError(error)) countRefused("event", this.name, error, channel);
      throw error;
    }
  }

  #publish(channel: string, event: BrokeredEvent): PublishReceipt {
    const { broker } = this.#slot;
    try {
      return broker.publish(channel, event);
    } catch (error) {
      const isTooLarge = isSSEError(error) && error.code === "EVENT_TOO_LARGE";
      const referring = isTooLarge ? asReference(this.name, channel, event) : undefined;
      if (referring === undefined) throw error;
      const receipt = broker.publish(channel, referring.event);
      referring.accepted();
      return receipt;
    }
  }

  /**
   * What waits in the channel, or in all channels, because of a policy (`rate`, `merge`, `throttle`), is sent now: before an event that
   * says that all is done, for instance. `drain` and `close` do it by themselves.
   *
   * @example
   * hub.flush("job:42");
   * hub.publish("job:42", { event: "done", data: {} });
   */
  flush(channel?: string): void {
    if (channel !== undefined) requireKey("channel", channel);
    this.#native.flush(channel);
  }

  /**
   * Calls the listener with every event of the channel from now on, in this thread; returns what ends it. Listeners are no
   * connections: no count or limit knows them. In development, what a module subscribes when it is evaluated ends when hot
   * reload evaluates it anew.
   */
  subscribe(channel: string, listener: (message: ReceivedMessage) => void, ...more: []): () => void {
    return this.#subscribe(channel, listener, more, this.subscribe);
  }

  #subscribe(
    channel: string,
    listener: (message: ReceivedMessage) => void,
    more: readonly unknown[],
    below: (...args: never[]) => unknown,
  ): () => void {
    requireKey("channel", channel);
    requireFunction("listener", listener);
    if (more.some((value) => value !== undefined)) {
      throw new TypeError("subscribe takes a channel and a listener, which hears every event type");
    }
    const reader = Listener.open(this.name, listener, false);
    joinChannel(this.#native, reader.connection, channel, {});
    const end = () => reader.close();
    replaceOnReload(below, end);
    return end;
  }

  /**
   * A stream of this hub that reads no channel yet; see {@link createSSEStream}.
   *
   * @throws SSEError `SERVER_FULL`, `DRAINING`, or `TOO_MANY_CONNECTIONS`: another stream is open on the request's socket.
   */
  createStream(options: StreamOptions = {}): SSEStream {
    return createStream(this.name, options);
  }

  /**
   * A whole route handler: a stream that reads the channels, resumed from the client's `Last-Event-ID`. Refusals are
   * answered, too; see {@link refusalResponse}. So is whatever else goes wrong, in `authorize` or `snapshot` for instance: with
   * 500, without a word of why, which the hub's `error` event has (or the console, where nobody listens). Only options of a wrong
   * type are a `TypeError`, with which it rejects before anything is opened, for a poll, too.
   *
   * A request whose `Accept` names `application/json` and not `text/event-stream` is a poll: it is answered with
   * a {@link PollBody} as JSON, the events after the client's `Last-Event-ID` (or query `lastEventId`) and the cursor for
   * the next poll or stream, so that a client which cannot stream gets every event once, too. It gets a page of at most 32 KiB
   * (or one larger event), `hasMore` if more waits, and is told of a gap; without a cursor it begins now. It is asked, limited
   * and refused as a stream is, and answered 204 after a `closeAfter` event. It counts as a connection until its answer was
   * taken; `onClose`, `maxDurationMs` and `compress` do not concern it, and the hub's `connection` and `close` events do not
   * tell of it.
   *
   * @example
   * export const GET = (request: Request) => hub.response(request, { channels: ["news"] });
   */
  response(request: RequestLike, options: ResponseOptions): Promise<Response> {
    return answerFetch(this.name, request, options);
  }

  /**
   * Answers a Node request with a stream that reads the channels: node:http, Express, Fastify (`reply.hijack()`, then
   * `request.raw` and `reply.raw`), Next.js's Pages API. The core writes to the socket itself where that is safe (plain
   * TCP, HTTP/1.1, nothing compresses); elsewhere the bytes go through Node. A refusal is answered, and so is a poll, as
   * {@link Hub.response} does; the stream that comes back has ended then, with the reason `refused` or `polled`.
   *
   * @example
   * http.createServer((req, res) => hub.attach(req, res, { channels: ["news"] }));
   */
  attach(req: IncomingMessage, res: ServerResponse, options: AttachOptions): Promise<SSEStream> {
    const attaching = answerNode(this.name, req, res, options);
    attaching.catch(() => {}); // the client was answered: callers that do not wait for the stream need not catch anything
    return attaching;
  }

  /** See {@link registerConnection}. */
  register(key: string, send: SendFunction, options: RegisterOptions = {}): void {
    this.#registrations.register(key, send, options);
  }

  /** See {@link unregisterConnection}. */
  unregister(key: string, send: SendFunction): boolean {
    return this.#registrations.unregister(key, send);
  }

  /** Listens to what happens in this hub, in this thread; returns what ends it. Hot reload is minded as by `subscribe`. */
  on<Type extends keyof HubEvents>(type: Type, listener: (event: HubEvents[Type]) => unknown): () => void {
    if (!Object.hasOwn(HUB_EVENTS, type)) {
      throw new TypeError(`hub.on knows ${Object.keys(HUB_EVENTS).join(", ")}, not ${JSON.stringify(type)}`);
    }
    requireFunction("listener", listener);
    const forget = onHubEvent(this.name, type, listener);
    if (type === "alert") ensureWatched(this.name);
    const end = () => {
      forget();
      if (type === "alert") forgetWatch(this.name);
    };
    replaceOnReload(this.on, end);
    return end;
  }

  /**
   * For a shutdown: no connection is opened any more (`DRAINING`, 503), every client is told when to come back, each at a
   * time of its own, and the streams end in waves, with all that was published before. Resolves when they have ended, this thread's
   * listeners have heard everything and the content store has what was given to it, or the time is over. There is no way back for a hub.
   */
  async drain(options: DrainOptions = {}): Promise<void> {
    await drainHub(this.name, options);
  }

  /** Drains at once: everything ends now, and the hub takes no connection any more. */
  close(): void {
    endAll(this.name, { withinMs: 0, retrySpreadMs: 0 });
  }

  /** A handle to one channel. */
  channel(key: string): HubChannel<Events> {
    requireKey("key", key);
    const hub = this;
    const subscribe: HubChannel<Events>["subscribe"] = (listener, ...more: []) =>
      hub.#subscribe(key, listener, more, subscribe);
    return {
      key,
      get connections() {
        return hub.connectionCount(key);
      },
      publish: (message) => hub.publish(key, message),
      flush: () => hub.flush(key),
      subscribe,
    };
  }

  /**
   * The JSON document of a channel: the state that its events lead to, which who begins is sent first.
   *
   * @example
   * const job = hub.document<{ done: number }>("job:42");
   * job.set({ done: 0 });
   * job.patch({ done: 1 });
   */
  document<State = unknown>(channel: string, options: DocumentOptions = {}): HubDocument<State> {
    return new HubDocument(this.name, channel, options);
  }

  /** The connections that read this channel, or at least one channel. */
  connectionCount(key?: string): number {
    if (key !== undefined) requireKey("key", key);
    return this.#native.connectionCount(key);
  }

  /** The channels that at least one connection reads, sorted. */
  connectionKeys(): string[] {
    return this.#native.keys();
  }

  /** What there is and what was counted, in this process. It looks at every connection: not for every request. */
  stats(): HubStats {
    return toHubStats(this.#native.stats(), hubMetrics(this.name));
  }
}
