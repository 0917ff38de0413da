import type { NativeHub } from "../../native/binding.js";
import { requireFunction, requireKey, requireNames, requireObject, requireUser } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { environment, type StreamOfSend } from "../lifecycle/environment.js";
import { Listener, type ReceivedMessage } from "./listener.js";

/** Options of {@link registerConnection}. */
export interface RegisterOptions {
  /** Counts towards `limits.perUser`. */
  userId?: string;
  /** Only these event types, at least one. Default: all. */
  events?: readonly string[];
}

const REGISTER_OPTIONS: Names<RegisterOptions> = { userId: true, events: true };

/** What a connection is registered with: a stream's `send`, or any function, which is then called with each message. */
export type SendFunction = (message: ReceivedMessage) => unknown;

/** What ends the stream has to be in it, whatever else is wanted. */
export function endingBy(closeAfter: readonly string[], options: RegisterOptions): RegisterOptions {
  const { events } = options;
  return events === undefined ? options : { ...options, events: [...new Set([...events, ...closeAfter])] };
}

interface Registered {
  readonly listener: Listener;
  readonly keys: Set<string>;
}

/** Which streams and functions read which channels of a hub. */
export class Registrations {
  readonly #hubName: string;
  readonly #native: NativeHub;

  constructor(hubName: string, native: NativeHub) {
    this.#hubName = hubName;
    this.#native = native;
  }

  register(key: string, send: SendFunction, options: RegisterOptions): void {
    requireKey("key", key);
    requireFunction("send", send);
    requireObject("options", options);
    requireKnown("registerConnection", options, REGISTER_OPTIONS);
    if (options.userId !== undefined) requireUser(options.userId);
    if (options.events !== undefined) requireNames("events", options.events);
    const stream = environment().streams.get(send);
    if (stream === undefined) {
      this.#registerFunction(key, send, options);
    } else if (stream.hub !== this.#hubName) {
      throw new TypeError(`send belongs to a stream of the hub "${stream.hub}", not of "${this.#hubName}"`);
    } else {
      this.join(stream.connection, key, endingBy(stream.closeAfter, options), stream);
    }
  }

  unregister(key: string, send: SendFunction): boolean {
    requireKey("key", key);
    requireFunction("send", send);
    const stream = environment().streams.get(send);
    if (stream !== undefined) return stream.hub === this.#hubName && this.#native.leave(stream.connection, key);
    const functions = this.#functions();
    const registered = functions.get(send);
    if (registered === undefined || !registered.keys.delete(key)) return false;
    this.#native.leave(registered.listener.connection, key);
    this.#forgetIfUnused(send);
    return true;
  }

  /** Throws the refusals. Of a stream whose client has gone there is nobody to register, and nobody to tell. */
  join(connection: number, key: string, { userId, events }: RegisterOptions, stream?: StreamOfSend): void {
    switch (this.#native.join(connection, key, userId, events)) {
      case "closed":
        if (stream?.isClosed === false) return;
        throw new SSEError("STREAM_CLOSED", "The stream has ended before it was registered");
      case "channelFull":
        throw new SSEError("TOO_MANY_CONNECTIONS", `The channel has as many connections as limits.perChannel allows`);
      case "userFull":
        throw new SSEError("TOO_MANY_CONNECTIONS", `The user has as many connections as limits.perUser allows`);
      case "tooManyChannels":
        throw new SSEError(
          "TOO_MANY_CHANNELS",
          "A connection may read as many channels as limits.channelsPerConnection allows (default 100)",
        );
      case "hubFull":
        throw new SSEError("SERVER_FULL", "The hub has as many channels as limits.channels allows (default 100000)");
    }
  }

  #registerFunction(key: string, send: SendFunction, options: RegisterOptions): void {
    const functions = this.#functions();
    let registered = functions.get(send);
    if (registered === undefined) {
      const listener = Listener.open(this.#hubName, this.#native, send, true);
      listener.onEnded = () => functions.delete(send);
      registered = { listener, keys: new Set() };
      functions.set(send, registered);
    }
    try {
      this.join(registered.listener.connection, key, options);
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
    let ofHub = functions.get(this.#hubName);
    if (ofHub === undefined) {
      ofHub = new Map();
      functions.set(this.#hubName, ofHub);
    }
    return ofHub;
  }
}
