"use client";

import { useRouter } from "next/navigation.js";
import { useEffect, useMemo } from "react";
import type { UntypedEvents } from "../client/index.js";
import { type UseEventSourceOptions, useEventSource } from "../react/index.js";
import { requireNumber } from "../shared/arguments.js";
import { LONGEST_TIMER_MS } from "../shared/timers.js";
import { ThrottledRefresh } from "./throttled-refresh.js";

/** What {@link RefreshOnEvent} takes: the stream, and the options of `useEventSource`. */
export interface RefreshOnEventProps
  extends Omit<UseEventSourceOptions, "events" | "onEvent" | "historySize" | "select" | "throttleMs"> {
  /** The stream's route. */
  readonly url: string;
  /** Only these events. Default: all but heartbeats. */
  readonly events?: readonly string[];
  /** Milliseconds between two refreshes, at least. Default 1000. */
  readonly everyMs?: number;
}

/** Where events were missed, the page may be another, too. */
const VERDICTS: readonly unknown[] = ["gap", "reset"];

/** Loaded by {@link RefreshOnEvent}. */
export function Refresher({ url, everyMs = 1000, ...options }: RefreshOnEventProps): null {
  requireNumber("everyMs", everyMs, { most: LONGEST_TIMER_MS });
  const { heartbeatEvent = "heartbeat" } = options;
  const router = useRouter();
  const refresh = useMemo(
    () => new ThrottledRefresh(() => router.refresh(), everyMs, document.visibilityState === "visible"),
    [router, everyMs],
  );
  useEffect(() => {
    const changed = () => refresh.setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", changed);
    return () => {
      document.removeEventListener("visibilitychange", changed);
      refresh.stop();
    };
  }, [refresh]);
  const verdict = useEventSource(url, {
    ...options,
    historySize: 0,
    select: ({ resume }: { readonly resume: unknown }) => resume,
    onEvent: (type: string) => {
      if (type !== heartbeatEvent) refresh.note();
    },
  } as UseEventSourceOptions<UntypedEvents, unknown>);
  useEffect(() => {
    if (VERDICTS.includes(verdict)) refresh.note();
  }, [verdict, refresh]);
  return null;
}
