// Not the globals, so that fake timers in a test do not stop the events.
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import type { ConnectionId, NativeBinding, NativeEnvironment, NativeHub, NativeTally } from "../../native/binding.js";
import { nativeModule } from "../../native/load-native.js";
import type { NativeWaiting } from "../../native/native-receipt.js";
import { requireBinding } from "../../native/require-binding.js";
import type { NativeCloseReason } from "../../shared/close-reasons.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import { now } from "./now.js";

/** What reads a connection in this thread. */
export interface Reader {
  /** The connection has bytes; take them now, or leave them until there is room. */
  onReadable(): void;
  /** The hub ends the connection; this thread is to close it. */
  onClosing(reason: NativeCloseReason): void;
  /** Some hub has an authorizer now; perhaps this reader's. */
  onAuthorizer?(): void;
  /** Of a function that listens: whether it has yet to hear an event of this hub. */
  hasUnheard?(hub: NativeHub): boolean;
  /** The reactor that wrote to its socket has closed it. */
  onSocketClosed?(reason: NativeCloseReason, tally: NativeTally): void;
}

/** After a turn that took less time, the thread does not rest. */
const CHEAP_TURN_MS = 1;
/** The longest time that events wait while the thread rests. */
const LONGEST_REST_MS = 25;
const MOST_MS_OF_A_STREAM = 0.1;

const KEY = Symbol.for("millrace.environment.4");

/**
 * This JavaScript thread as the native side sees it: one wake for all its connections, and one timer. Next.js may load this
 * module several times in a thread, so the object is kept on `globalThis`.
 */
export class Environment {
  readonly binding: NativeBinding;
  readonly #hubs = new Map<string, NativeHub>();
  readonly #states = new Map<string, unknown>();
  readonly #native: NativeEnvironment;
  readonly #readers = new Map<ConnectionId, Reader>();
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;
  #held = 0;
  #authorizers = 0;
  #restsUntilMs = 0;
  readonly #onStored = new Set<() => void>();

  constructor(binding: NativeBinding) {
    this.binding = binding;
    this.#native = new binding.Environment(() => this.#turn());
    this.#native.tick();
  }

  get id(): number {
    return this.#native.id;
  }

  /** What this process signs with that only it is to read. */
  get secret(): Uint8Array {
    return this.#native.secret;
  }

  add(connection: ConnectionId, reader: Reader): void {
    this.#readers.set(connection, reader);
    this.schedule();
  }

  remove(connection: ConnectionId): void {
    this.#readers.delete(connection);
  }

  /** The hub of this name, made when this thread has none. */
  hub(name: string): NativeHub {
    let hub = this.#hubs.get(name);
    if (hub === undefined) {
      hub = new this.binding.Hub(name);
      this.#hubs.set(name, hub);
    }
    return hub;
  }

  /** Of the hubs that this thread has made. */
  get hubNames(): readonly string[] {
    return [...this.#hubs.keys()];
  }

  /** Whether a function that listens in this thread has yet to hear an event of the hub. */
  hasUnheard(hub: NativeHub): boolean {
    return [...this.#readers.values()].some((reader) => reader.hasUnheard?.(hub));
  }

  /** What another part of the server keeps once a thread, made when there is none; all copies of a module share it. */
  state<State>(key: string, make: () => State): State {
    if (!this.#states.has(key)) this.#states.set(key, make());
    return this.#states.get(key) as State;
  }

  /** Runs what is due, and sets the one timer for what is next. The timer is unref'ed. */
  schedule(): void {
    const inMs = this.#native.tick();
    if (inMs < 0) return;
    const atMs = now() + inMs;
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

  /** What the process is to stay alive for: a socket that Node has released, as Node's own do, or an event that somebody waits for. */
  hold(): void {
    if (++this.#held === 1) this.#native.hold(true);
  }

  release(): void {
    if (--this.#held === 0) this.#native.hold(false);
  }

  /** Calls the function whenever a store has written after a hub's `awaitStored`. */
  onStored(listener: () => void): void {
    this.#onStored.add(listener);
  }

  /** A channel was used: its clean-up needs a timer, if there is none yet. */
  ensureTimer(): void {
    if (this.#timer === undefined) this.schedule();
  }

  /** An event was accepted: its channel needs clean-up or, where it waits because of a policy, a time to leave. */
  noteAccepted(state: "sent" | NativeWaiting): void {
    if (state === "sent") this.ensureTimer();
    else this.schedule();
  }

  #turn(): void {
    const restMs = this.#restsUntilMs - now();
    if (restMs > 0) setTimeout(() => this.#turn(), restMs).unref?.();
    else this.#distribute();
  }

  #distribute(): void {
    const { readable, closing, ended, authorizers, hasStored } = this.#native.collect();
    if (readable.length > 0) this.#restAfterwards(readable.length);
    try {
      for (const { connection, reason, tally } of ended) {
        this.#readers.get(connection)?.onSocketClosed?.(reason, tally);
      }
      for (const { connection, reason } of closing) this.#readers.get(connection)?.onClosing(reason);
      for (const connection of readable) this.#readers.get(connection)?.onReadable();
      if (hasStored) for (const listener of this.#onStored) listener();
      if (authorizers !== this.#authorizers) {
        this.#authorizers = authorizers;
        for (const reader of [...this.#readers.values()]) reader.onAuthorizer?.();
      }
    } finally {
      this.#native.settle();
      this.schedule(); // connections that are behind have a deadline now
    }
  }

  /**
   * A chunk that Node writes costs the thread some 20 µs, a thousand streams 20 ms. So that streams never have more than half
   * of the thread, it rests as long as they took, and what is published meanwhile goes out as one chunk to each. What took longer than so many streams can have
   * taken was something else: a collection of garbage does not hold back the next event of a few.
   */
  #restAfterwards(streams: number): void {
    const beganMs = now();
    // The streams' readers have run by then, and Node has written.
    setImmediate(() => {
      const endMs = now();
      const tookMs = endMs - beganMs;
      const restMs = Math.min(tookMs, LONGEST_REST_MS, streams * MOST_MS_OF_A_STREAM);
      if (tookMs > CHEAP_TURN_MS) this.#restsUntilMs = endMs + restMs;
    });
  }
}

/** The environment of this thread; throws `NO_NATIVE_BINARY` where the addon does not load. */
export function environment(): Environment {
  const store = globalThis as { [KEY]?: Environment };
  store[KEY] ??= new Environment(requireBinding(nativeModule));
  return store[KEY];
}
