import type { NativeHub } from "../core/native.js";
import { SSEError } from "../shared/errors.js";
import {
  requireFunction,
  requireKey,
  requireNumber,
  requireObject,
  requireString,
  requireStrings,
} from "./arguments.js";
import { environment } from "./environment.js";
import { Listener, type ReceivedMessage } from "./listener.js";
import { accepted, type SSEMessage, toNativeEvent } from "./message.js";
import {
  type HistoryOptions,
  type LimitOptions,
  type RequestLike,
  type StreamOptions,
  toNativeHubOptions,
} from "./options.js";
import { refusalResponse } from "./refusal.js";
import { sseResponse } from "./response.js";
import { HubStream, type SSEStream } from "./stream.js";

/** Event types and their data, e.g. `{ progress: { done: number } }`. */
export type EventMap = object;

/** Options of {@link createHub}. */
export interface HubOptions {
  /** Hubs of one name are one hub in the whole process. Default `"default"`, which the plain functions use. */
  name?: string;
  limits?: LimitOptions;
  history?: HistoryOptions;
  /** A channel that nobody used for so long is forgotten. Default 1800000 (30 minutes). */
  channelTtlMs?: number;
}

/** How an event is kept. */
export interface PublishOptions {
  /** An id of your own; clients can resume from it while the channel's history holds it. */
  id?: string;
  /** Nobody is given the event after so many milliseconds. Default: as long as the history keeps it. */
  ttlMs?: number;
  /** Readers that are behind skip this event once a newer one with the same key exists. */
  conflateKey?: string;
}

/** What became of a published event. */
export interface PublishReceipt {
  /** The event's id, the one given or the hub's. */
  readonly id: string;
  /** The connections that read the channel at that moment and want the type. */
  readonly recipients: number;
}

/** A message of a hub: its type decides what its data is. */
export type HubMessage<Events extends EventMap> = PublishOptions &
  { [Type in keyof Events & string]: { event: Type; data: Events[Type] } }[keyof Events & string];

/** Any event with any data: the map of a hub that was given none. */
export type AnyEvents = { [type: string]: unknown };

/** Options of {@link Hub.response}. */
export interface ResponseOptions extends Omit<StreamOptions, "request"> {
  /** The channels to read, at least one. */
  channels: readonly string[];
  /** Only these event types, at least one. Default: all. */
  events?: readonly string[];
  /** Counts towards `limits.perUser`. */
  userId?: string;
}

/** Options of {@link registerConnection}. */
export interface RegisterOptions {
  /** Counts towards `limits.perUser`. */
  userId?: string;
  /** Only these event types, at least one. Default: all. */
  events?: readonly string[];
}

/** What a connection is registered with: a stream's `send`, or any function, which is then called with each message. */
export type SendFunction = (message: ReceivedMessage) => unknown;

interface Registered {
  readonly listener: Listener;
  readonly keys: Set<string>;
}

/** One channel of a hub. */
export interface HubChannel<Events extends EventMap = AnyEvents> {
  readonly key: string;
  /** Connections that read it now. */
  readonly connections: number;
  publish(message: HubMessage<Events>): PublishReceipt;
  subscribe(listener: (message: ReceivedMessage) => void): () => void;
}

/**
 * Channels and the connections that read them. One in the whole process for each name: in every route, in instrumentation
 * and in worker threads.
 */
export class Hub<Events extends EventMap = AnyEvents> {
  readonly name: string;
  readonly #native: NativeHub;

  /** @internal Use {@link createHub}. */
  constructor(name: string, native: NativeHub) {
    this.name = name;
    this.#native = native;
  }

  /**
   * Appends an event to a channel's log, from where every connection of the channel reads it.
   *
   * @throws SSEError `INVALID_FIELD`, `UNSERIALIZABLE`, `EVENT_TOO_LARGE`, `OVERLOADED`; nothing is sent then.
   */
  publish(channel: string, message: HubMessage<Events>): PublishReceipt {
    requireKey("channel", channel);
    const { ttlMs, conflateKey } = message ?? {};
    if (ttlMs !== undefined) requireNumber("ttlMs", ttlMs, { least: 1 });
    if (conflateKey !== undefined) requireString("conflateKey", conflateKey);
    const event = toNativeEvent(message as SSEMessage);
    const receipt = accepted(this.#native.publish(channel, event, ttlMs, conflateKey));
    environment().ensureTimer();
    return receipt;
  }

  /**
   * Calls the listener with every event of the channel from now on, in this thread; returns what ends it. Listeners are no
   * connections: no count or limit knows them.
   */
  subscribe(channel: string, listener: (message: ReceivedMessage) => void): () => void {
    requireKey("channel", channel);
    requireFunction("listener", listener);
    const reader = Listener.open(this.#native, listener, false);
    if (reader === null) throw serverFull();
    this.#join(reader.connection, channel, {});
    return () => reader.close();
  }

  /** A stream of this hub that reads no channel yet; see {@link createSSEStream}. */
  createStream(options: StreamOptions = {}): SSEStream {
    return new HubStream(this.name, this.#native, options);
  }

  /**
   * A whole route handler: a stream that reads the channels, resumed from the client's `Last-Event-ID`.
   *
   * @example
   * export const GET = (request: Request) => hub.response(request, { channels: ["news"] });
   */
  async response(request: RequestLike, options: ResponseOptions): Promise<Response> {
    requireObject("options", options);
    const { channels, events, userId, ...streamOptions } = options;
    requireStrings("channels", channels);
    let stream: SSEStream | undefined;
    try {
      stream = this.createStream({ ...streamOptions, request });
      if (stream.signal.aborted) return sseResponse(stream); // the client has gone already: nothing is to be refused
      for (const key of channels)
        this.register(key, stream.send, { ...(events && { events }), ...(userId && { userId }) });
      return sseResponse(stream);
    } catch (error) {
      stream?.close("refused");
      const refusal = refusalResponse(error);
      if (refusal === undefined) throw error;
      return refusal;
    }
  }

  /** See {@link registerConnection}. */
  register(key: string, send: SendFunction, options: RegisterOptions = {}): void {
    requireKey("key", key);
    requireFunction("send", send);
    requireObject("options", options);
    if (options.userId !== undefined) requireString("userId", options.userId);
    if (options.events !== undefined) requireStrings("events", options.events);
    const stream = environment().streams.get(send);
    if (stream === undefined) {
      this.#registerFunction(key, send, options);
    } else if (stream.hub !== this.name) {
      throw new TypeError(`send belongs to a stream of the hub "${stream.hub}", not of "${this.name}"`);
    } else if (!stream.hasGone) {
      this.#join(stream.connection, key, options);
    }
  }

  /** See {@link unregisterConnection}. */
  unregister(key: string, send: SendFunction): boolean {
    requireKey("key", key);
    requireFunction("send", send);
    const stream = environment().streams.get(send);
    if (stream !== undefined) return stream.hub === this.name && this.#native.leave(stream.connection, key);
    const functions = this.#functions();
    const registered = functions.get(send);
    if (registered === undefined || !registered.keys.delete(key)) return false;
    this.#native.leave(registered.listener.connection, key);
    this.#forgetIfUnused(send);
    return true;
  }

  /** A handle to one channel. */
  channel(key: string): HubChannel<Events> {
    requireKey("key", key);
    const hub = this;
    return {
      key,
      get connections() {
        return hub.connectionCount(key);
      },
      publish: (message) => hub.publish(key, message),
      subscribe: (listener) => hub.subscribe(key, listener),
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
  stats(): { readonly connections: number; readonly channels: number } {
    return this.#native.stats();
  }

  #registerFunction(key: string, send: SendFunction, options: RegisterOptions): void {
    const functions = this.#functions();
    let registered = functions.get(send);
    if (registered === undefined) {
      const listener = Listener.open(this.#native, send, true);
      if (listener === null) throw serverFull();
      listener.onEnded = () => functions.delete(send);
      registered = { listener, keys: new Set() };
      functions.set(send, registered);
    }
    try {
      this.#join(registered.listener.connection, key, options);
      registered.keys.add(key);
    } finally {
      this.#forgetIfUnused(send);
    }
  }

  #forgetIfUnused(send: SendFunction): void {
    const registered = this.#functions().get(send);
    if (registered?.keys.size !== 0) return;
    registered.listener.close();
    this.#functions().delete(send);
  }

  /** The plain functions that are registered with this hub, in whichever copy of this module. */
  #functions(): Map<object, Registered> {
    const { functions } = environment() as { functions: Map<string, Map<object, Registered>> };
    let ofHub = functions.get(this.name);
    if (ofHub === undefined) {
      ofHub = new Map();
      functions.set(this.name, ofHub);
    }
    return ofHub;
  }

  #join(connection: number, key: string, { userId, events }: RegisterOptions): void {
    switch (this.#native.join(connection, key, userId, events)) {
      case "closed":
        throw new SSEError("STREAM_CLOSED", "The stream has ended before it was registered");
      case "channelFull":
        throw new SSEError("TOO_MANY_CONNECTIONS", `The channel has as many connections as limits.perChannel allows`);
      case "userFull":
        throw new SSEError("TOO_MANY_CONNECTIONS", `The user has as many connections as limits.perUser allows`);
    }
  }
}

function serverFull(): SSEError {
  return new SSEError("SERVER_FULL", "The hub has as many connections as limits.connections allows (default 10000)");
}

/**
 * The hub of a name, made when it is not there. Options given here hold for the hub from now on; the others stay.
 *
 * @example
 * export const hub = createHub<{ progress: { done: number } }>();
 * hub.publish("job:1", { event: "progress", data: { done: 3 } });
 */
export function createHub<Events extends EventMap = AnyEvents>(options: HubOptions = {}): Hub<Events> {
  requireObject("options", options);
  const { name = DEFAULT_HUB, ...limits } = options;
  requireString("name", name);
  const native = new (environment().binding.Hub)(name);
  if (Object.keys(limits).length > 0) native.configure(toNativeHubOptions(limits));
  return new Hub<Events>(name, native);
}

/** The name of the hub behind the plain functions. */
export const DEFAULT_HUB = "default";
