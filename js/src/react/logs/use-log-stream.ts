"use client";

import { useCallback, useInsertionEffect, useMemo, useRef, useState } from "react";
import type { SSEClientOptions, SSEError } from "../../client/index.js";
import type { LogEvents, LogLevel } from "../../shared/logs/record.js";
import { noticeOf } from "../reduced/notice.js";
import { useReduced } from "../reduced/use-reduced.js";
import type { EventSourceCallbacks, EventSourceSnapshot, StoreOptions } from "../types.js";
import { LogReduction, type ShownLog } from "./log-reduction.js";

/** Options of {@link useLogStream}: those of the client, the callbacks, and what follows. */
export interface UseLogStreamOptions
  extends Omit<SSEClientOptions<LogEvents>, "schema" | "events">,
    EventSourceCallbacks<LogEvents> {
  /** Where the route is. Default: `/api/rooms/<id>/logs`. */
  readonly url?: string | ((roomId: string) => string);
  /** Only records of these levels: the server sends no others. Default: all. */
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
  /** Empties the list, of this component only. */
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
  if (!Number.isInteger(maxLogs) || maxLogs < 0) throw new TypeError("maxLogs must be a whole number of at least 0");
  const id = roomId ?? null;
  const url = id === null ? null : withFilter(urlOf(id, given), { levels, agents });
  const store = { fallback, parse: "json", throttleMs: THROTTLE_MS, ...others } as unknown as StoreOptions;
  const make = () => new LogReduction(maxLogs);
  const { snapshot, view, reconnect } = useReduced(`logs ${maxLogs} ${id}`, url, store, make);
  const [clearedAt, setClearedAt] = useState({ url, key: 0 });
  const { logs: all } = view;
  const latest = useRef({ url, key: 0 });
  useInsertionEffect(() => {
    latest.current = { url, key: all.at(-1)?.key ?? 0 };
  });
  const cleared = clearedAt.url === url ? clearedAt.key : 0;
  const logs = useMemo(() => (cleared === 0 ? all : all.filter(({ key }) => key > cleared)), [all, cleared]);
  const clear = useCallback(() => setClearedAt(latest.current), []);
  return useMemo(() => {
    const { isConnected, state, health, error, attempts, transport, resume } = snapshot;
    const notice = noticeOf(snapshot);
    const about = { isConnected, state, health, transport, error, attempts, resume };
    return { logs, ...about, notice, isDegraded: notice !== null, reconnect, clear };
  }, [snapshot, logs, reconnect, clear]);
}

function urlOf(roomId: string, url: UseLogStreamOptions["url"]): string {
  if (typeof url === "function") return url(roomId);
  return url ?? `/api/rooms/${encodeURIComponent(roomId)}/logs`;
}

function withFilter(url: string, lists: Readonly<Record<string, readonly string[] | undefined>>): string {
  const more = Object.entries(lists)
    .filter(([, list]) => list !== undefined && list.length > 0)
    .map(([name, list]) => `${name}=${list?.map(encodeURIComponent).join()}`);
  if (more.length === 0) return url;
  const [path = "", hash = ""] = url.split("#", 2);
  return `${path}${path.includes("?") ? "&" : "?"}${more.join("&")}${hash && `#${hash}`}`;
}
