"use client";

import { useCallback, useInsertionEffect, useMemo, useRef, useState } from "react";
import type { SSEClientOptions, SSEError } from "../../client/index.js";
import type { LogEvents, LogLevel } from "../../shared/logs/record.js";
import { withQuery } from "../../shared/with-query.js";
import { encodePart } from "../encode-part.js";
import { noticeOf } from "../reduced/notice.js";
import { useReduced } from "../reduced/use-reduced.js";
import type { EventSourceCallbacks, EventSourceSnapshot, StoreOptions } from "../types.js";
import { LogReduction, type LogView, type ShownLog } from "./log-reduction.js";

/** Options of {@link useLogStream}: those of the client, the callbacks, and what follows. */
export interface UseLogStreamOptions
  extends Omit<SSEClientOptions<LogEvents>, "schema" | "events">,
    EventSourceCallbacks<LogEvents> {
  /** Where the route is. Default: `/api/rooms/<id>/logs`. */
  readonly url?: string | ((roomId: string) => string);
  /** Only records of these levels: the server sends no others; of an empty list, none. Default: all. */
  readonly levels?: readonly LogLevel[];
  /** Only records of these agents, in the same way. */
  readonly agents?: readonly string[];
  /** How many records are kept, the newest. Default 1000. */
  readonly maxLogs?: number;
  /** See {@link useEventSource}. Default 100. */
  readonly throttleMs?: number;
}

/** What {@link useLogStream} gives. */
export interface LogStream {
  /** Oldest first; each with a `key` for React. */
  readonly logs: readonly ShownLog[];
  readonly isConnected: boolean;
  readonly state: EventSourceSnapshot["state"];
  readonly health: EventSourceSnapshot["health"];
  readonly transport: EventSourceSnapshot["transport"];
  /** Records do not come as they should: `notice` says why. */
  readonly isDegraded: boolean;
  /** What to tell the user then; null where they do. */
  readonly notice: string | null;
  readonly error: SSEError | null;
  readonly attempts: number;
  /** What the server said of how this connection continues the one before. */
  readonly resume: EventSourceSnapshot["resume"];
  /** Connects anew, and counts attempts from 0. */
  readonly reconnect: () => void;
  /** Empties the list, of this component only: what was in it does not come back. */
  readonly clear: () => void;
}

/** Three attempts, then polling. */
const FALLBACK = { afterAttempts: 3 };
const MOST_LOGS = 1000;
const THROTTLE_MS = 100;

/**
 * Follows the log of a room that a `createLogEmitter` on the server writes. Components that follow one room alike share a connection.
 *
 * @param roomId - null or undefined: none, or none yet.
 * @example
 * const { logs, notice, clear } = useLogStream(roomId, { levels: ["warn", "error"] });
 */
export function useLogStream(roomId: string | null | undefined, options: UseLogStreamOptions = {}): LogStream {
  const { url: given, levels, agents, maxLogs = MOST_LOGS, fallback = FALLBACK, ...others } = options;
  const { throttleMs = THROTTLE_MS, parse = "json", ...client } = others;
  if (!Number.isInteger(maxLogs) || maxLogs < 0) throw new TypeError("maxLogs must be a whole number of at least 0");
  const id = roomId ?? null;
  const url = id === null ? null : withFilter(urlOf(id, given), { levels, agents });
  const store = { ...client, fallback, parse, throttleMs } as unknown as StoreOptions;
  const make = () => new LogReduction(maxLogs);
  const { snapshot, view, reconnect } = useReduced(`logs ${maxLogs} ${id}`, url, store, make);
  const [cleared, setCleared] = useState<Cleared>({ room: id });
  const latest = useRef<Cleared>({ room: id });
  useInsertionEffect(() => {
    latest.current = { room: id, last: view.logs.at(-1) };
  });
  const logs = useMemo(() => shownOf(view, cleared.room === id ? cleared.last : undefined), [view, cleared, id]);
  const clear = useCallback(() => setCleared((before) => (latest.current.last ? latest.current : before)), []);
  return useMemo(() => {
    const { isConnected, state, health, error, attempts, transport, resume } = snapshot;
    const notice = noticeOf(snapshot);
    const about = { isConnected, state, health, transport, error, attempts, resume };
    return { logs, ...about, notice, isDegraded: notice !== null, reconnect, clear };
  }, [snapshot, logs, reconnect, clear]);
}

/** What a list was emptied of: everything up to a record of its room. */
interface Cleared {
  readonly room: string | null;
  readonly last?: ShownLog | undefined;
}

/** Without what was cleared, also where another connection brings it again: with another filter, for one. */
function shownOf({ logs, firstKey }: LogView, last: ShownLog | undefined): readonly ShownLog[] {
  if (last === undefined) return logs;
  const isShown: (log: ShownLog) => boolean =
    last.key >= firstKey ? ({ key }) => key > last.key : ({ timestamp }) => timestamp > last.timestamp;
  return logs.every(isShown) ? logs : logs.filter(isShown);
}

function urlOf(roomId: string, url: UseLogStreamOptions["url"]): string {
  if (typeof url === "function") return url(roomId);
  return url ?? `/api/rooms/${encodePart(roomId)}/logs`;
}

/** Null where nothing is chosen: then nothing is asked for. */
function withFilter(
  url: string,
  lists: Readonly<Record<"levels" | "agents", readonly string[] | undefined>>,
): string | null {
  const more: string[] = [];
  for (const [name, list] of Object.entries(lists)) {
    if (list == null) continue;
    if (!Array.isArray(list)) throw new TypeError(`${name} must be an array of names`);
    if (list.length === 0) return null;
    more.push(`${name}=${[...list].sort().map(encodePart).join()}`); // in whatever order, they are one stream
  }
  return more.length === 0 ? url : withQuery(url, more.join("&"));
}
