import type { AuthorizeAnswer, AuthorizeContext, ChannelPolicy } from "../../server/hub-api.js";
import {
  describe,
  requireFlag,
  requireFunction,
  requireNames,
  requireNumber,
  requireObject,
} from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";

/** Who asks for a room's log. */
export interface RoomContext extends AuthorizeContext {
  readonly roomId: string;
}

/** What {@link LogOptions.policy} may say. */
export type RoomPolicy = Omit<
  ChannelPolicy,
  "name" | "match" | "preset" | "records" | "stamp" | "heartbeat" | "oversize" | "throttle"
> & { readonly oversize?: "refuse" | "truncate" };

/** Options of {@link createLogEmitter}. */
export interface LogOptions {
  /** Who may write records, 1 to 250 names. Default `story`, `asset`, `code`, `deploy`, `orchestrator`. */
  agentTypes?: readonly string[];
  /**
   * Asked before a stream is opened, whether the client may read the room: see `authorize` of `hub.response`, in place of which it stands. Default: the
   * hub's.
   */
  authorize?: (context: RoomContext) => AuthorizeAnswer | Promise<AuthorizeAnswer>;
  /** Whether there is a room of this id; a stream of none is answered 404. Default: there is. */
  exists?: (roomId: string) => boolean | Promise<boolean>;
  /** How many of the last records a client that begins is sent. Default 50. */
  recentLogs?: number;
  /** An operation that lasts tells of its progress once in so many milliseconds. Default 10000. */
  progressEveryMs?: number;
  /** Warn on the console of messages that say nearly nothing. Default: in development (`NODE_ENV` is not `production`). */
  warnOfVague?: boolean;
  /**
   * Rules of the rooms' channels, in place of the usual ones, each for itself: `limits` (10 connections a room, 100 in all), `rate` (10 records a second, then
   * they wait), `merge` (similar ones within 1 s become one), `maxBytes` (10 KiB, metadata is cut first; at least 1 KiB), `redact`, `history`, `channelTtlMs`. What a policy of the
   * hub's own says of these channels counts before that.
   */
  policy?: RoomPolicy;
}

/** With the defaults in. */
export type CheckedLogOptions = Required<Omit<LogOptions, "authorize" | "exists" | "policy">> &
  Pick<LogOptions, "authorize" | "exists">;

const OPTIONS: Names<LogOptions> = {
  agentTypes: true,
  authorize: true,
  exists: true,
  recentLogs: true,
  progressEveryMs: true,
  warnOfVague: true,
  policy: true,
};

const AGENT_TYPES = ["story", "asset", "code", "deploy", "orchestrator"];
const MOST_AGENT_TYPES = 250;
const LONGEST_NAME = 64;

/** @throws TypeError that names the option. */
export function checkLogOptions(options: LogOptions): CheckedLogOptions {
  requireObject("options", options);
  requireKnown("createLogEmitter", options, OPTIONS);
  const { agentTypes = AGENT_TYPES, authorize, exists, recentLogs = 50, progressEveryMs = 10_000 } = options;
  const { warnOfVague = process.env.NODE_ENV !== "production", policy = {} } = options;
  requireNames("agentTypes", agentTypes);
  if (agentTypes.length > MOST_AGENT_TYPES) throw new TypeError(`agentTypes must be at most ${MOST_AGENT_TYPES}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  const odd = agentTypes.find((name) => /[,"\\\u0000-\u001f]|^\s|\s$|^$/.test(name) || name.length > LONGEST_NAME);
  if (odd !== undefined) {
    throw new TypeError(
      `agentTypes has ${JSON.stringify(odd)}: a name must have 1 to 64 characters, no commas, quotation marks or control characters, and no outer spaces`,
    );
  }
  if (authorize !== undefined) requireFunction("authorize", authorize);
  if (exists !== undefined) requireFunction("exists", exists);
  if (!Number.isSafeInteger(recentLogs) || recentLogs < 0) {
    throw new TypeError(`recentLogs must be a whole number of at least 0, not ${describe(recentLogs)}`);
  }
  requireNumber("progressEveryMs", progressEveryMs, { least: 1, most: LONGEST_TIMER_MS });
  requireFlag("warnOfVague", warnOfVague);
  requireObject("policy", policy);
  return {
    ...{ agentTypes: [...new Set(agentTypes)], recentLogs, progressEveryMs, warnOfVague },
    ...(authorize !== undefined && { authorize }),
    ...(exists !== undefined && { exists }),
  };
}
