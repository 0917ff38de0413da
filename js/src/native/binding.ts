import type { NativeCloseReason } from "../shared/close-reasons.js";
import type { ReceiverCore } from "../shared/receiver.js";
import type { NativeAccess } from "./native-access.js";
import type { NativeDocument } from "./native-document.js";
import type { NativeMetrics } from "./native-metrics.js";
import type { NativeContentSettings, NativePolicy, NativePolicySettings } from "./native-policy.js";
import type { NativeLimited, NativeReceipt, NativeWaiting } from "./native-receipt.js";
import type { NativeStats } from "./native-stats.js";
import type { NativeStore, StoreFailed } from "./native-store.js";
import type { NativeJoin, NativeRefusal, OpenRefusal } from "./outcomes.js";

/** What the addon exports; one C++ class each (`native/addon`). Arguments are checked there too, so nothing crashes. */
export interface NativeBinding {
  readonly Environment: new (wake: () => void) => NativeEnvironment;
  readonly Hub: new (name: string) => NativeHub;
  readonly Document: new (
    hub: string,
    channel: string,
    types: {
      readonly snapshot: string;
      readonly patch: string;
      readonly changes: readonly string[];
      /** Names of members, as JSON has them, by the type of the event that follows the snapshot. */
      readonly parts: Readonly<Record<string, readonly string[]>>;
    },
  ) => NativeDocument;
  readonly Metrics: new (name: string) => NativeMetrics;
  readonly Shaper: new (settings: NativeContentSettings) => NativeShaper;
  readonly Receiver: new (
    dedup: number,
    maxLineBytes: number,
    maxEventBytes: number,
    events?: readonly string[],
  ) => ReceiverCore;
}

/** What a policy does to the data of events, for texts that are in no channel. */
export interface NativeShaper {
  /** The text redacted and in its size; `null`: it stays as it is. */
  shape(text: string, isRaw: boolean): string | null;
}

/** A connection of the process, by number; never reused. */
export type ConnectionId = number;

/** One JavaScript thread as a reader of connections. */
export interface NativeEnvironment {
  readonly id: number;
  /** 32 bytes that nobody can guess: the same in all threads of the process, and others in the next. */
  readonly secret: Uint8Array;
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
  readonly ended: readonly NativeSocketEnd[];
  /** How many hubs have an authorizer, in whichever thread; it only grows. */
  readonly authorizers: number;
  /** A store has written since `awaitStored`. */
  readonly hasStored: boolean;
}

export interface NativeEnd {
  readonly connection: ConnectionId;
  readonly reason: NativeCloseReason;
}

/** What a connection was given. */
export interface NativeTally {
  readonly events: number;
  /** As they were sent, without the framing of HTTP. */
  readonly bytes: number;
}

export interface NativeSocketEnd extends NativeEnd {
  readonly tally: NativeTally;
}

/** An event with its data as text. */
export interface NativeEvent {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data?: string | undefined;
  readonly retry?: number | undefined;
  readonly isRaw: boolean;
}

/** Its parts one by one: to look up an object's members from C++ would be a tenth of what publishing costs. */
export type NativeEventArguments = [
  event: NativeEvent["event"],
  id: NativeEvent["id"],
  data: NativeEvent["data"],
  isRaw: boolean,
  retry: NativeEvent["retry"],
];

/** What a poll is answered with. */
export interface NativePage {
  /** The events, as the text of a JSON array. */
  readonly events: string;
  /** The id that continues behind them. */
  readonly position: string;
  readonly hasMore: boolean;
  /** What became of the client's cursor; `null`: it came without one. */
  readonly verdict: "continued" | "gap" | "reset" | null;
  readonly retryMs: number | undefined;
}

export interface NativeOpenOptions {
  readonly lagEvents: number;
  readonly lagBytes: number;
  readonly dropOldest: boolean;
  readonly lagStallMs: number;
  /** 0: none. */
  readonly heartbeatMs: number;
  /** Between these the interval moves by the state of the link, where a reactor writes to the socket; left out: it does not. */
  readonly heartbeatFromMs?: number | undefined;
  readonly heartbeatToMs?: number | undefined;
  /** Empty: a comment. */
  readonly heartbeatEvent: string;
  readonly heartbeatData: string;
  /** 0: unlimited. */
  readonly maxDurationMs: number;
  /** The bytes are a gzip stream. */
  readonly isCompressed: boolean;
  /** Whether it is told of its beginning, verdicts and end. Where it is not, a gap breaks it off, and so does every end that is not final. */
  readonly hasNotices: boolean;
  /** Event types after which the connection ends. */
  readonly closeAfter: readonly string[];
  readonly retryMs: number | undefined;
  readonly lastEventId: string | undefined;
  readonly greeting: string | undefined;
  /** A poll is limited as a connection is, and not counted among the streams; a listener, in the process, neither. */
  readonly kind: "connection" | "poll" | "listener";
  /** It is let in for so long; left out: for as long as it lives. */
  readonly expiresInMs?: number | undefined;
}

/** What is left out stays as it is. */
export interface NativeHubOptions extends NativePolicySettings, NativeContentSettings {
  readonly policies?: readonly NativePolicy[] | undefined;
  /** Behind those, for channels that none of them matches; each takes the place of the one of its name. */
  readonly addedPolicies?: readonly NativePolicy[] | undefined;
  readonly connections?: number | undefined;
  readonly perUser?: number | undefined;
  /** A minute. */
  readonly opensPerUser?: number | undefined;
  readonly hasBanList?: boolean | undefined;
  readonly channels?: number | undefined;
  readonly channelsPerConnection?: number | undefined;
  readonly channelTtlMs?: number | undefined;
  readonly lagGraceMs?: number | undefined;
  readonly replayBytes?: number | undefined;
  readonly idempotencyTtlMs?: number | undefined;
  readonly idempotencyKeys?: number | undefined;
  /** Threads that write to sockets, of the whole process. */
  readonly reactors?: number | undefined;
}

/** The process's hub of one name: channels, connections, one sequence. */
export interface NativeHub extends NativeAccess, NativeStore {
  configure(options: NativeHubOptions): void;
  /**
   * Notes what was said of the hub, in this thread or another: values as texts, by the option's name. Gives the names that say
   * something else than before; unless the new ones `areNewer` and replace those, nothing changes then.
   */
  declare(options: Readonly<Record<string, string>>, areNewer: boolean): string[];
  /** From now on somebody is asked who may read this hub. */
  requireAuthorizer(): void;
  hasAuthorizer(): boolean;
  open(environment: number, options: NativeOpenOptions): ConnectionId | OpenRefusal | StoreFailed;
  /**
   * `last`: of a client without a cursor, the newest so many events are read, too; `Infinity`: all. `labels`: of events that have one, only those
   * with one of these are read. `ends`: whether the connection's `closeAfter` holds for this channel; by default it does. `isChosen`: by the client.
   */
  join(
    connection: ConnectionId,
    key: string,
    userId: string | undefined,
    events: readonly string[] | undefined,
    last: number | undefined,
    labels?: readonly string[],
    ends?: boolean,
    isChosen?: boolean,
  ): NativeJoin | StoreFailed;
  leave(connection: ConnectionId, key: string): boolean;
  /** Why, of one that was not told to end; an application's own reason counts as `closed`, none as `disconnected`. */
  close(connection: ConnectionId, reason?: string): void;
  /**
   * Has its reader close it, once it has taken what is left or, if its client has gone, at once; whether it was open. The
   * client is told the reason.
   */
  end(connection: ConnectionId, hasGone: boolean, reason?: string): boolean;
  /**
   * A reactor writes the connection's bytes to a duplicate of this socket from now on, and tells the environment of the
   * end. Handed over, the reactor also watches for the peer's close and ends the body. False: there is no such descriptor.
   */
  adopt(
    connection: ConnectionId,
    environment: number,
    descriptor: number,
    isHandedOver: boolean,
    userTimeoutMs: number,
  ): boolean;
  /** Refuses new connections, and ends those that are there in waves. */
  drain(withinMs: number, retryFromMs: number, retrySpreadMs: number): void;
  /** When a client is to come back that comes while the hub drains, in milliseconds: each at a time of its own. */
  nextRetry(): number;
  /** What became of the client's cursor; `null` when it had none. */
  verdict(connection: ConnectionId): "continued" | "gap" | "reset" | null;
  /** The id that the first read begins with; `null` if anything goes before it. */
  beginning(connection: ConnectionId): string | null;
  /** Whether the client has everything up to a `closeAfter` event already. */
  isComplete(connection: ConnectionId): boolean;
  /** Sends an event before everything else, the cursor line included, without an id; only before the first read. */
  greet(connection: ConnectionId, ...event: NativeEventArguments): NativeReceipt | NativeRefusal;
  publish(
    key: string,
    event: NativeEvent["event"],
    id: NativeEvent["id"],
    data: NativeEvent["data"],
    isRaw: boolean,
    more?: {
      readonly retry?: number | undefined;
      readonly ttlMs?: number | undefined;
      readonly conflateKey?: string | undefined;
      readonly mergeKey?: string | undefined;
      readonly throttleKey?: string | undefined;
      readonly userId?: string | undefined;
    },
  ): NativeReceipt | NativeWaiting | NativeLimited | NativeRefusal | StoreFailed;
  /** Data that is too large, redacted, where the channel's policy has it kept elsewhere; `null`: it has not. */
  whole(
    key: string,
    event: NativeEvent["event"],
    data: string,
    isRaw: boolean,
  ): {
    readonly data: string;
    /** See `merge.fields`; empty: none. */
    readonly mergeKey: string;
    readonly isRedacted: boolean;
  } | null;
  /** An event with a reference in place of such data was accepted. */
  countReferenced(key: string, isRedacted: boolean): void;
  /** What waits in the channel, or in all, because of a policy, leaves now. */
  flush(key?: string): void;
  send(connection: ConnectionId, ...event: NativeEventArguments): NativeReceipt | NativeRefusal;
  comment(connection: ConnectionId, text: string): NativeReceipt | NativeRefusal;
  /** Bytes of the application's own, in order with the events; of a compressed connection, too, as they are before that. */
  write(connection: ConnectionId, bytes: Uint8Array): NativeReceipt | NativeRefusal;
  /**
   * What the connection has not been given yet, at most so many bytes, wherever that cuts them; they count as delivered. `null`:
   * nothing. The caller reads on until then; afterwards it is told when there is more.
   */
  read(connection: ConnectionId, mostBytes: number): Uint8Array<ArrayBuffer> | null;
  /** The same of what goes before the events: the notice of the beginning, the verdict, a snapshot, the cursor line. */
  readNotice(connection: ConnectionId, mostBytes: number): Uint8Array<ArrayBuffer> | null;
  /** The next events, until they have so many bytes; they count as delivered. */
  readPage(connection: ConnectionId, bytes: number): NativePage;
  /** What the connection was given so far; nothing where it is not there. */
  tally(connection: ConnectionId): NativeTally;
  /** Whether there is something that the connection has not been given. */
  hasPending(connection: ConnectionId): boolean;
  /** Whether a log has lost events that the connection has not been given. Nothing is read. */
  hasLost(connection: ConnectionId): boolean;
  /** What ends the body's content coding, if it has one; after the last read. */
  finish(connection: ConnectionId): Uint8Array<ArrayBuffer> | null;
  connectionCount(key?: string): number;
  keys(): string[];
  /** Of the policy of a channel; empty: it has none. */
  policyName(key: string): string;
  stats(): NativeStats;
}

/** What `millrace/native` exports. */
export interface NativeModule {
  readonly binding: NativeBinding | null;
  readonly error: Error | null;
  readonly target: string;
  /** The folder of the code that runs, where the package's files were not found at all. */
  readonly missingIn?: string;
}
