import type { IncomingMessage, ServerResponse } from "node:http";
import type { NativeHub, NativeStats } from "../../native/binding.js";
import {
  requireFlag,
  requireFunction,
  requireKey,
  requireName,
  requireNumber,
  requireObject,
} from "../../shared/arguments.js";
import { isSSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { Authorize } from "../access/authorize.js";
import { accepted, type SSEMessage, toNativeEvent } from "../content/message.js";
import { prefersJson } from "../http/accept.js";
import { attachStream, requestLike } from "../http/attach.js";
import { claimSocket, releaseAtEnd } from "../http/claim-socket.js";
import { PeerSignal } from "../http/peer-signal.js";
import { NOTHING_LEFT, pollResponse, writePoll } from "../http/poll.js";
import { failureResponse, isRefusal, writeFailure } from "../http/refusal.js";
import { claimSocketNow, needsNoRequests, untilTurn } from "../http/requests.js";
import { headersBeside, nodeHeaders, sseResponse } from "../http/response.js";
import { type DrainOptions, drainHub } from "../lifecycle/drain.js";
import { environment, type HubRecord } from "../lifecycle/environment.js";
import { replaceOnReload } from "../lifecycle/hot-reload.js";
import { emitHubEvent, HUB_EVENTS, type HubEvents, onHubEvent } from "../observe/hub-events.js";
import { endedStream } from "../stream/ended-stream.js";
import { Listener, type ReceivedMessage } from "../stream/listener.js";
import {
  Connector,
  checkResponseOptions,
  RESPONSE_OPTIONS,
  type ResponseOptions,
  reportFailure,
} from "../stream/opener.js";
import {
  checkStreamOptions,
  type HistoryOptions,
  type LimitOptions,
  type RequestLike,
  STREAM_OPTIONS,
  type StreamDefaults,
  type StreamOptions,
  toNativeHubOptions,
} from "../stream/options.js";
import { type RegisterOptions, Registrations, type SendFunction } from "../stream/registrations.js";
import { HubStream, type SSEStream } from "../stream/stream.js";
import { shorten } from "../takeover/direct.js";
import { declare } from "./declare.js";
import type { AnyEvents, AttachOptions, EventMap, HubChannel, HubMessage, PublishReceipt } from "./hub-types.js";

/** Responses that are a stream's, or are about to be. */
const attached = new WeakSet<ServerResponse>();

/** Options of {@link createHub}. */
export interface HubOptions {
  /** Hubs of one name are one hub in the whole process. Default `"default"`, which the plain functions use. */
  name?: string;
  limits?: LimitOptions;
  history?: HistoryOptions;
  /** A channel that nobody used for so long is forgotten. Default 1800000 (30 minutes). */
  channelTtlMs?: number;
  /**
   * A connection that falls behind, as any does in a burst, has so long to catch up before its lag counts. Until then nothing
   * is evicted that it has not been sent, as long as less than 32 MiB wait. Default 1000.
   */
  lagGraceMs?: number;
  /** Threads that write to sockets, in the whole process, at most 64. Default 1: it serves tens of millions of events a second. */
  reactors?: number;
  /**
   * Asked by `response` and `attach`, unless they have their own; not by `createStream` and `register`, which are for who asks by
   * himself. It is the hub's, that is its name's: hub objects of the name
   * that are made without one ask it, too, and a thread that does not have the function lets nobody in (`NO_AUTHORIZER`). Of
   * several the newest counts: functions are not compared, for bundlers make copies of one.
   * Streams that were opened before are asked for when it comes. Default: everybody may read.
   */
  authorize?: Authorize;
  /** The defaults of the hub's streams. */
  lag?: StreamOptions["lag"];
  heartbeat?: StreamOptions["heartbeat"];
  maxDurationMs?: number;
  retryMs?: number;
  compress?: boolean;
}

const HUB_OPTIONS: Names<HubOptions> = {
  name: true,
  limits: true,
  history: true,
  channelTtlMs: true,
  lagGraceMs: true,
  reactors: true,
  authorize: true,
  lag: true,
  heartbeat: true,
  maxDurationMs: true,
  retryMs: true,
  compress: true,
};
const ATTACH_OPTIONS: Names<AttachOptions> = { ...RESPONSE_OPTIONS, handOver: true };

/**
 * Channels and the connections that read them. One in the whole process for each name: in every route, in instrumentation
 * and in worker threads.
 */
export class Hub<Events extends EventMap = AnyEvents> {
  readonly name: string;
  readonly #record: HubRecord;
  readonly #native: NativeHub;
  readonly #registrations: Registrations;
  readonly #connector: Connector;

  /** @internal Use {@link createHub}. */
  constructor(name: string, record: HubRecord) {
    this.name = name;
    this.#record = record;
    this.#native = record.native;
    this.#registrations = new Registrations(name, record.native);
    this.#connector = new Connector(name, record, this.#registrations);
  }

  /**
   * Appends an event to a channel's log, from where every connection of the channel reads it.
   *
   * @throws SSEError `INVALID_FIELD`, `UNSERIALIZABLE`, `EVENT_TOO_LARGE`, `OVERLOADED`, `SERVER_FULL` (one channel more than
   *   `limits.channels`); nothing is sent then.
   */
  publish(channel: string, message: HubMessage<Events>): PublishReceipt {
    requireKey("channel", channel);
    const { event, id, data, isRaw, retry } = toNativeEvent(message as SSEMessage, true);
    const { ttlMs, conflateKey } = message;
    if (ttlMs !== undefined) requireNumber("ttlMs", ttlMs, { least: 1 });
    if (conflateKey !== undefined) requireName("conflateKey", conflateKey);
    const isPlain = retry === undefined && ttlMs === undefined && conflateKey === undefined;
    const more = isPlain ? undefined : { retry, ttlMs, conflateKey };
    const receipt = accepted(this.#native.publish(channel, event, id, data, isRaw, more));
    environment().ensureTimer();
    return receipt;
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
    const reader = Listener.open(this.name, this.#native, listener, false);
    this.#registrations.join(reader.connection, channel, {});
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
    requireObject("options", options);
    requireKnown("createSSEStream", options, STREAM_OPTIONS);
    checkStreamOptions(options);
    if (options.request !== undefined && typeof options.request?.headers?.get !== "function") {
      throw new TypeError(
        "request must be a web Request; for a request of Node's there is hub.attach(req, res, options)",
      );
    }
    const { release, watch } = claimSocketNow();
    try {
      const stream = new HubStream(this.name, this.#native, { ...this.#record.defaults, ...options });
      watch(stream);
      releaseAtEnd(stream, release);
      shorten(stream, options.direct !== false);
      if (!stream.hasEnded) stream.announce([], undefined);
      return stream;
    } catch (error) {
      release();
      throw error;
    }
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
  async response(request: RequestLike, options: ResponseOptions): Promise<Response> {
    if (typeof request?.headers?.get !== "function") {
      throw new TypeError(
        "response takes a web Request; for a request of Node's there is hub.attach(req, res, options)",
      );
    }
    checkResponseOptions("response", options, RESPONSE_OPTIONS);
    let stream: HubStream | undefined;
    let release = () => {};
    let accept: string | null = null;
    try {
      accept = request.headers.get("accept");
      if (prefersJson(accept)) {
        const answer = (await untilTurn()) ? await this.#connector.poll(request, options) : NOTHING_LEFT;
        return pollResponse(answer, options.headers);
      }
      const seat = claimSocketNow();
      release = seat.release;
      const connected = await this.#connector.connect(request, options);
      if (typeof connected === "string") {
        release();
        return connected === "complete"
          ? new Response(null, { status: 204, headers: headersBeside({}, options.headers) })
          : sseResponse(endedStream("disconnected"));
      }
      stream = connected;
      seat.watch(stream);
      releaseAtEnd(stream, release);
      shorten(stream, options.direct !== false);
      return sseResponse(stream, options.headers === undefined ? {} : { headers: options.headers });
    } catch (error) {
      release();
      stream?.abandon("refused");
      const retryMs = () => this.#native.nextRetry();
      const response = failureResponse(error, { accept, retryMs, headers: options.headers });
      this.#tellFailure(error, options.channels);
      return response;
    }
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
    const attaching = this.#attach(req, res, options);
    attaching.catch(() => {}); // the client was answered: who does not wait for the stream need not catch anything
    return attaching;
  }

  async #attach(req: IncomingMessage, res: ServerResponse, options: AttachOptions): Promise<SSEStream> {
    let stream: HubStream | undefined;
    let release = () => {};
    let areOptionsRight = false;
    if (attached.has(res)) {
      const error = new TypeError("attach was called twice for one response; the first stream goes on");
      this.#tellFailure(error, options?.channels ?? []);
      return endedStream("refused");
    }
    attached.add(res);
    needsNoRequests();
    const peer = new PeerSignal(req, res);
    try {
      checkResponseOptions("attach", options, ATTACH_OPTIONS);
      requireFlag("handOver", options.handOver);
      areOptionsRight = true;
      const request = requestLike(req, peer.signal);
      if (prefersJson(request.headers.get("accept"))) {
        await peer.untilTurn(); // or one socket's polls, one behind the other, would count as so many connections
        return endedStream(writePoll(res, await this.#connector.poll(request, options), options.headers));
      }
      release = claimSocket(res);
      const connected = await this.#connector.connect(request, options);
      peer.stop();
      if (typeof connected === "string") {
        release();
        if (connected === "complete" && !res.destroyed) {
          res.writeHead(204, nodeHeaders(headersBeside({}, options.headers))).end();
        }
        return endedStream(connected === "complete" ? "completed" : "disconnected");
      }
      stream = connected;
      releaseAtEnd(stream, release);
      const { handOver, headers = {}, direct = true } = options;
      if (res.destroyed || res.writableEnded || req.socket.destroyed) stream.leave();
      else attachStream(stream, req, res, { handOver, headers, direct, release });
      return stream;
    } catch (error) {
      release();
      stream?.abandon("refused");
      const retryMs = () => this.#native.nextRetry();
      writeFailure(res, error, { accept: req.headers.accept ?? null, retryMs, headers: options?.headers });
      this.#tellFailure(error, options?.channels ?? []);
      if (!areOptionsRight) throw error;
      return endedStream("refused");
    } finally {
      peer.stop();
    }
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
    const end = onHubEvent(this.name, type, listener);
    replaceOnReload(this.on, end);
    return end;
  }

  /**
   * For a shutdown: no connection is opened any more (`DRAINING`, 503), every client is told when to come back, each at a
   * time of its own, and the streams end in waves, with all that was published before. Resolves when they have ended or the
   * time is over. There is no way back for a hub.
   */
  async drain(options: DrainOptions = {}): Promise<void> {
    await drainHub(this.#native, options);
  }

  /** Drains at once: everything ends now, and the hub takes no connection any more. */
  close(): void {
    void drainHub(this.#native, { withinMs: 0, retrySpreadMs: 0 });
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
      subscribe,
    };
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

  /** What is open now, in this process. */
  stats(): NativeStats {
    return this.#native.stats();
  }

  #tellFailure(error: unknown, channels: readonly string[]): void {
    if (isSSEError(error) && isRefusal(error)) {
      emitHubEvent(this.name, "refused", { code: error.code, channels, error });
    } else {
      reportFailure(this.name, error, channels);
    }
  }
}

/**
 * The hub of a name, made when it is not there. Options given here hold for the hub from now on, in all its objects; the others
 * stay. (The defaults of streams are each thread's.) An option that was said to be something else before is an error in production; in development, where hot reload makes
 * modules anew, the newest counts and a warning is printed.
 *
 * @throws SSEError `CONFLICTING_OPTIONS`; `NO_NATIVE_BINARY` where the addon does not load.
 * @example
 * export const hub = createHub<{ progress: { done: number } }>();
 * hub.publish("job:1", { event: "progress", data: { done: 3 } });
 */
export function createHub<Events extends EventMap = AnyEvents>(options: HubOptions = {}): Hub<Events> {
  requireObject("options", options);
  const { name = DEFAULT_HUB, authorize, lag, heartbeat, maxDurationMs, retryMs, compress, ...limits } = options;
  requireName("name", name);
  const env = environment();
  const record = env.hub(name);
  // Before anything can go wrong: the hub is closed then, and not open.
  if (authorize !== undefined && record.authorize === undefined) record.native.requireAuthorizer();
  if (authorize !== undefined) requireFunction("authorize", authorize);
  requireKnown("createHub", options, HUB_OPTIONS);
  const given = { lag, heartbeat, maxDurationMs, retryMs, compress };
  const defaults = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as StreamDefaults;
  checkStreamOptions(defaults); // wrong ones are to be noticed here
  const native = toNativeHubOptions(limits);
  declare(env, name, record, { ...limits, ...defaults });
  record.native.configure(native);
  record.defaults = merged(record.defaults, defaults);
  if (authorize !== undefined) record.authorize = authorize;
  return new Hub<Events>(name, record);
}

/** What is not said of `lag` and `heartbeat` stays, too. */
function merged(before: StreamDefaults, given: StreamDefaults): StreamDefaults {
  const { lag, heartbeat } = before;
  return {
    ...before,
    ...given,
    ...(lag && given.lag && { lag: { ...lag, ...given.lag } }),
    ...(heartbeat && given.heartbeat && { heartbeat: { ...heartbeat, ...given.heartbeat } }),
  };
}

/** The hub of the plain functions. */
export const DEFAULT_HUB = "default";
