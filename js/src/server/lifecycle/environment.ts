import { setImmediate } from "node:timers";
import type {
  ConnectionId,
  NativeBinding,
  NativeCloseReason,
  NativeEnvironment,
  NativeHub,
} from "../../native/binding.js";
import { nativeModule } from "../../native/load-native.js";
import { requireBinding } from "../../native/require-binding.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import type { Authorize } from "../access/authorize.js";
import type { StreamDefaults } from "../stream/options.js";

/** Somebody in this thread who reads a connection. */
export interface Reader {
  /** The connection has bytes; take them now, or leave them until there is room. */
  onReadable(): void;
  /** The hub ends the connection; this thread is to close it. */
  onClosing(reason: NativeCloseReason): void;
  /** A hub has an authorizer now; perhaps this reader's. */
  onAuthorizer?(): void;
  /** Its socket was closed, by the reactor that wrote to it. */
  onSocketClosed?(reason: NativeCloseReason): void;
}

/** The stream that a `send` function belongs to. */
export interface StreamOfSend {
  readonly hub: string;
  readonly connection: ConnectionId;
  /** The application has closed it; else it ends because its client has gone, and nobody is to be told. */
  isClosed: boolean;
  /** The types of events that end it. */
  readonly closeAfter: readonly string[];
}

/** A hub as this thread has it, however many objects and copies of modules there are. */
export interface HubRecord {
  readonly native: NativeHub;
  /** Of its streams. */
  defaults: StreamDefaults;
  /** A function is one thread's only. */
  authorize: Authorize | undefined;
}

/** A turn that took the thread for less is nothing to rest from. */
const CHEAP_TURN_MS = 1;
/** Streams of a thread that remember what they were opened with, in case an authorizer comes; others are cut then. */
const MOST_CONTEXTS = 1000;
/** Nobody's events wait longer than this for a thread that rests. */
const LONGEST_REST_MS = 25;

const KEY = Symbol.for("millrace.environment.3");

/**
 * This JavaScript thread as the native side sees it: one wake for all its connections, and one timer. Next.js may load this
 * module several times in a thread, so the object is kept on `globalThis`.
 */
export class Environment {
  readonly binding: NativeBinding;
  /** The hubs that this thread has made, by name. */
  readonly hubs = new Map<string, HubRecord>();
  /** What was said once and needs no repetition. */
  readonly reported = new Set<string>();
  /** What a stream's `send` belongs to, so that `registerConnection(key, stream.send)` finds the connection. */
  readonly streams = new WeakMap<object, StreamOfSend>();
  /** How often their `send` was called while they were open, and after their clients had gone. */
  readonly sends = { open: 0, gone: 0 };
  /** Plain functions that are registered as connections, by the hub's name. */
  readonly functions = new Map<string, Map<object, unknown>>();
  /** Listeners to what happens in a hub, by its name. */
  readonly hubListeners = new Map<string, unknown>();
  readonly #native: NativeEnvironment;
  readonly #readers = new Map<ConnectionId, Reader>();
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;
  #heldSockets = 0;
  #authorizers = 0;
  #contexts = 0;
  #restsUntilMs = 0;

  constructor(binding: NativeBinding) {
    this.binding = binding;
    this.#native = new binding.Environment(() => this.#turn());
    this.#native.tick();
  }

  get id(): number {
    return this.#native.id;
  }

  add(connection: ConnectionId, reader: Reader): void {
    this.#readers.set(connection, reader);
    this.schedule();
  }

  remove(connection: ConnectionId): void {
    this.#readers.delete(connection);
  }

  /** This thread's record of the hub, made when there is none. */
  hub(name: string): HubRecord {
    let record = this.hubs.get(name);
    if (record === undefined) {
      record = { native: new this.binding.Hub(name), defaults: {}, authorize: undefined };
      this.hubs.set(name, record);
    }
    return record;
  }

  /** Whether one stream more may keep what an authorizer is asked with, in case one comes; `releaseContext` gives the place back. */
  keepContext(): boolean {
    if (this.#contexts >= MOST_CONTEXTS) return false;
    this.#contexts++;
    return true;
  }

  releaseContext(): void {
    this.#contexts--;
  }

  /** Runs what is due, and sets the one timer for what is next. It keeps no process alive. */
  schedule(): void {
    const inMs = this.#native.tick();
    if (inMs < 0) return;
    const atMs = performance.now() + inMs;
    if (this.#timer !== undefined && this.#timerAtMs <= atMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.schedule();
      },
      Math.min(inMs, LONGEST_TIMER_MS),
    );
    this.#timer.unref?.();
  }

  /** A socket that Node does not know any more keeps the process alive, as Node's own do. */
  holdSocket(): void {
    if (++this.#heldSockets === 1) this.#native.hold(true);
  }

  releaseSocket(): void {
    if (--this.#heldSockets === 0) this.#native.hold(false);
  }

  /** A channel was used: its clean-up needs a timer, if there is none yet. */
  ensureTimer(): void {
    if (this.#timer === undefined) this.schedule();
  }

  #turn(): void {
    const restMs = this.#restsUntilMs - performance.now();
    if (restMs > 0) setTimeout(() => this.#turn(), restMs).unref?.();
    else this.#distribute();
  }

  #distribute(): void {
    const { readable, closing, ended, authorizers } = this.#native.collect();
    if (readable.length > 0) this.#restAfterwards();
    try {
      for (const { connection, reason } of ended) this.#readers.get(connection)?.onSocketClosed?.(reason);
      for (const { connection, reason } of closing) this.#readers.get(connection)?.onClosing(reason);
      for (const connection of readable) this.#readers.get(connection)?.onReadable();
      if (authorizers !== this.#authorizers) {
        this.#authorizers = authorizers;
        for (const reader of [...this.#readers.values()]) reader.onAuthorizer?.();
      }
    } finally {
      this.#native.settle();
      this.schedule(); // who is behind has a deadline now
    }
  }

  /**
   * A chunk that Node writes costs the thread some 20 µs, a thousand streams 20 ms. So that streams never have more than half
   * of the thread, it rests as long as they took, and what is published meanwhile goes out as one chunk to each.
   */
  #restAfterwards(): void {
    const beganMs = performance.now();
    // By then the streams' readers have run, and Node has written.
    setImmediate(() => {
      const endMs = performance.now();
      const tookMs = endMs - beganMs;
      if (tookMs > CHEAP_TURN_MS) this.#restsUntilMs = endMs + Math.min(tookMs, LONGEST_REST_MS);
    });
  }
}

/** The environment of this thread; throws `NO_NATIVE_BINARY` where the addon does not load. */
export function environment(): Environment {
  const store = globalThis as { [KEY]?: Environment };
  store[KEY] ??= new Environment(requireBinding(nativeModule));
  return store[KEY];
}
