import type { ReceiverCore } from "./contract.js";

/** What the addon exports; one C++ class each (`native/addon`). Arguments are checked there too, so nothing crashes. */
export interface NativeBinding {
  readonly Environment: new (wake: () => void) => NativeEnvironment;
  readonly Hub: new (name: string) => NativeHub;
  readonly Receiver: new (
    dedup: number,
    maxLineBytes: number,
    maxEventBytes: number,
    events?: readonly string[],
  ) => ReceiverCore;
}

/** A connection of the process, by number; never reused. */
export type ConnectionId = number;

/** One JavaScript thread as a reader of connections. */
export interface NativeEnvironment {
  readonly id: number;
  /** What there is to do since the last call; `wake` is not called again until then. */
  collect(): NativeTurn;
  /** The readable connections were offered what they have: judges who is too slow, and trims the logs. */
  settle(): void;
  /** Runs heartbeats, maximum durations and clean-up that are due; the milliseconds until the next, or -1. */
  tick(): number;
  /** Whether the process stays alive: for sockets that Node does not know any more. */
  hold(isHeld: boolean): void;
}

export interface NativeTurn {
  readonly readable: readonly ConnectionId[];
  /** To be closed by this thread. */
  readonly closing: readonly NativeEnd[];
  /** Whose sockets a reactor has closed. */
  readonly ended: readonly NativeEnd[];
}

export interface NativeEnd {
  readonly connection: ConnectionId;
  readonly reason: NativeCloseReason;
}

/** Why the hub ends a connection; `unread`: nobody has begun to read it. */
export type NativeCloseReason =
  | "closed"
  | "disconnected"
  | "lagging"
  | "duration_cap"
  | "unread"
  | "completed"
  | "draining";

/** An event with its data as text. */
export interface NativeEvent {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data?: string | undefined;
  readonly retry?: number | undefined;
}

export interface NativeReceipt {
  readonly id: string;
  readonly recipients: number;
}

/** Why an event was not accepted. */
export type NativeRefusal = "closed" | "invalidType" | "invalidId" | "empty" | "tooLarge" | "overloaded";

export type NativeJoin = "joined" | "alreadyThere" | "closed" | "channelFull" | "userFull";

export interface NativeOpenOptions {
  readonly lagEvents: number;
  readonly lagBytes: number;
  readonly dropOldest: boolean;
  /** 0: none. */
  readonly heartbeatMs: number;
  /** Empty: a comment. */
  readonly heartbeatEvent: string;
  readonly heartbeatData: string;
  /** 0: unlimited. */
  readonly maxDurationMs: number;
  /** The bytes are a gzip stream. */
  readonly isCompressed: boolean;
  /** Event types after which the connection ends. */
  readonly closeAfter: readonly string[];
  readonly retryMs: number | undefined;
  readonly lastEventId: string | undefined;
  /** In the process: not counted as a connection. */
  readonly isListener: boolean;
}

/** What is left out stays as it is. */
export interface NativeHubOptions {
  readonly historyEvents?: number | undefined;
  readonly historyBytes?: number | undefined;
  readonly historyTtlMs?: number | undefined;
  readonly connections?: number | undefined;
  readonly perChannel?: number | undefined;
  readonly perUser?: number | undefined;
  readonly channelTtlMs?: number | undefined;
  readonly lagGraceMs?: number | undefined;
  /** Threads that write to sockets, of the whole process. */
  readonly reactors?: number | undefined;
}

export interface NativeStats {
  /** Open connections, whether they read a channel or not. */
  readonly connections: number;
  readonly channels: number;
  /** Accepted, and not yet offered to every connection. */
  readonly inboxBytes: number;
  readonly isDraining: boolean;
  /** Connections whose socket the core writes to now; the bytes of the others go through Node. */
  readonly takenOver: number;
}

/** The process's hub of one name: channels, connections, one sequence. */
export interface NativeHub {
  configure(options: NativeHubOptions): void;
  open(environment: number, options: NativeOpenOptions): ConnectionId | "serverFull" | "draining";
  join(connection: ConnectionId, key: string, userId?: string, events?: readonly string[]): NativeJoin;
  leave(connection: ConnectionId, key: string): boolean;
  close(connection: ConnectionId): void;
  /** Has its reader close it, once it has taken what is left or, if its client has gone, at once; whether it was open. */
  end(connection: ConnectionId, hasGone: boolean): boolean;
  /**
   * A reactor writes the connection's bytes to a duplicate of this socket from now on, and tells the environment of the
   * end. Handed over, the reactor also watches for the peer's close and ends the body. False: there is no such descriptor.
   */
  adopt(connection: ConnectionId, environment: number, descriptor: number, isHandedOver: boolean): boolean;
  /** Refuses new connections, and ends those that are there in waves. */
  drain(withinMs: number, retryFromMs: number, retrySpreadMs: number): void;
  /** What became of the client's cursor; `null` when it had none. */
  verdict(connection: ConnectionId): "continued" | "gap" | "reset" | null;
  /** The id that the first read begins with; `null` if anything goes before it. */
  beginning(connection: ConnectionId): string | null;
  /** Whether the client has everything up to a `closeAfter` event already. */
  isComplete(connection: ConnectionId): boolean;
  /** Sends an event before everything else, the cursor line included, without an id; only before the first read. */
  greet(connection: ConnectionId, event: NativeEvent): NativeReceipt | NativeRefusal;
  publish(key: string, event: NativeEvent, ttlMs?: number, conflateKey?: string): NativeReceipt | NativeRefusal;
  send(connection: ConnectionId, event: NativeEvent): NativeReceipt | NativeRefusal;
  comment(connection: ConnectionId, text: string): NativeReceipt | NativeRefusal;
  /** Bytes of the application's own, in order with the events; of a compressed connection, too, as they are before that. */
  write(connection: ConnectionId, bytes: Uint8Array | string): NativeReceipt | NativeRefusal;
  /** All that the connection has not been given yet, as one piece; it counts as delivered. `null`: nothing. */
  read(connection: ConnectionId): Uint8Array<ArrayBuffer> | null;
  /** What ends the body's content coding, if it has one; after the last read. */
  finish(connection: ConnectionId): Uint8Array<ArrayBuffer> | null;
  connectionCount(key?: string): number;
  keys(): string[];
  stats(): NativeStats;
}

/** What `millrace/native` exports. */
export interface NativeModule {
  readonly binding: NativeBinding | null;
  readonly error: Error | null;
  readonly target: string;
}
