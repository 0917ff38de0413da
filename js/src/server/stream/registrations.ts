import type { NativeHub } from "../../native/binding.js";
import { requireFunction, requireKey, requireNames, requireObject, requireUser } from "../../shared/arguments.js";
import { isSSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { environment } from "../lifecycle/environment.js";
import { countRefused } from "../observe/refusals.js";
import { joinChannel, withEndingEvents } from "./join-channel.js";
import { Listener } from "./listener.js";
import type { ReceivedMessage } from "./received-message.js";
import { streamOfSend } from "./send-functions.js";
import { requireStartFrom, type StartFrom } from "./start-from.js";

/** Options of {@link registerConnection}. */
export interface RegisterOptions {
  /** Counts towards `limits.perUser`. */
  userId?: string;
  /** Only these event types, at least one. Default: all. */
  events?: readonly string[];
  /** Where a client begins that came without a cursor, and was sent nothing yet. Default `"now"`. */
  from?: StartFrom;
}

const REGISTER_OPTIONS: Names<RegisterOptions> = { userId: true, events: true, from: true };

/** What a connection is registered with: a stream's `send`, or any function, which is then called with each message. */
export type SendFunction = (message: ReceivedMessage) => unknown;

/** A function that reads channels. */
interface Registered {
  readonly listener: Listener;
  readonly keys: Set<string>;
}

/** Which streams and functions read which channels of a hub. */
export class Registrations {
  readonly #hubName: string;
  readonly #hub: NativeHub;

  constructor(hubName: string) {
    this.#hubName = hubName;
    this.#hub = environment().hub(hubName);
  }

  register(key: string, send: SendFunction, options: RegisterOptions): void {
    requireKey("key", key);
    requireFunction("send", send);
    requireObject("options", options);
    requireKnown("registerConnection", options, REGISTER_OPTIONS);
    if (options.userId !== undefined) requireUser(options.userId);
    if (options.events !== undefined) requireNames("events", options.events);
    if (options.from !== undefined) requireStartFrom("from", options.from);
    const stream = streamOfSend(send);
    if (stream === undefined) {
      this.#registerFunction(key, send, options);
    } else if (stream.hub !== this.#hubName) {
      throw new TypeError(`send belongs to a stream of the hub "${stream.hub}", not of "${this.#hubName}"`);
    } else {
      this.#counting(key, () =>
        joinChannel(this.#hub, stream.connection, key, withEndingEvents(stream.endingEvents, key, options), stream),
      );
    }
  }

  unregister(key: string, send: SendFunction): boolean {
    requireKey("key", key);
    requireFunction("send", send);
    const stream = streamOfSend(send);
    if (stream !== undefined) return stream.hub === this.#hubName && this.#hub.leave(stream.connection, key);
    const registered = this.#functions().get(send);
    if (registered === undefined || !registered.keys.delete(key)) return false;
    this.#hub.leave(registered.listener.connection, key);
    this.#forgetIfUnused(send);
    return true;
  }

  #registerFunction(key: string, send: SendFunction, options: RegisterOptions): void {
    const functions = this.#functions();
    let registered = functions.get(send);
    if (registered === undefined) {
      const listener = Listener.open(this.#hubName, send, true);
      listener.onEnded = () => functions.delete(send);
      registered = { listener, keys: new Set() };
      functions.set(send, registered);
    }
    try {
      const { connection } = registered.listener;
      this.#counting(key, () => joinChannel(this.#hub, connection, key, options));
      registered.keys.add(key);
    } finally {
      this.#forgetIfUnused(send);
    }
  }

  /** What is refused counts as a stream that was. */
  #counting(key: string, join: () => void): void {
    try {
      join();
    } catch (error) {
      if (isSSEError(error) && error.code !== "STREAM_CLOSED") countRefused("stream", this.#hubName, error, key);
      throw error;
    }
  }

  #forgetIfUnused(send: SendFunction): void {
    const registered = this.#functions().get(send);
    if (registered?.keys.size !== 0) return;
    registered.listener.close();
    this.#functions().delete(send);
  }

  /** This thread's functions that are registered with the hub. */
  #functions(): Map<object, Registered> {
    const hubs = environment().state("registered functions", () => new Map<string, Map<object, Registered>>());
    let functions = hubs.get(this.#hubName);
    if (functions === undefined) {
      functions = new Map();
      hubs.set(this.#hubName, functions);
    }
    return functions;
  }
}
