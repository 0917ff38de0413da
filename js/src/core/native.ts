import type { ReceiverCore } from "./contract.js";

/** What the addon exports; one C++ class each (`native/addon`). Arguments are checked there too, so nothing crashes. */
export interface NativeBinding {
  readonly Environment: new (wake: () => void) => NativeEnvironment;
  readonly Hub: new (name: string) => NativeHub;
  readonly Receiver: new (dedup: number, maxLineBytes: number, maxEventBytes: number) => ReceiverCore;
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
}

export interface NativeTurn {
  readonly readable: readonly ConnectionId[];
  readonly closing: readonly { readonly connection: ConnectionId; readonly reason: NativeCloseReason }[];
}

/** Why the hub ends a connection; `unread`: nobody has begun to read it. */
export type NativeCloseReason = "lagging" | "duration_cap" | "unread";

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
}

/** The process's hub of one name: channels, connections, one sequence. */
export interface NativeHub {
  configure(options: NativeHubOptions): void;
  /** `null`: the server is full. */
  open(environment: number, options: NativeOpenOptions): ConnectionId | null;
  join(connection: ConnectionId, key: string, userId?: string, events?: readonly string[]): NativeJoin;
  leave(connection: ConnectionId, key: string): boolean;
  close(connection: ConnectionId): void;
  publish(key: string, event: NativeEvent, ttlMs?: number, conflateKey?: string): NativeReceipt | NativeRefusal;
  send(connection: ConnectionId, event: NativeEvent): NativeReceipt | NativeRefusal;
  comment(connection: ConnectionId, text: string): NativeReceipt | NativeRefusal;
  /** All that the connection has not been given yet, as one piece; it counts as delivered. `null`: nothing. */
  read(connection: ConnectionId): Uint8Array<ArrayBuffer> | null;
  connectionCount(key?: string): number;
  keys(): string[];
  stats(): { readonly connections: number; readonly channels: number };
}

/** What `millrace/native` exports. */
export interface NativeModule {
  readonly binding: NativeBinding | null;
  readonly error: Error | null;
  readonly target: string;
}
