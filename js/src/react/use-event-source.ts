"use client";

import { useCallback, useEffect, useInsertionEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { UntypedEvents } from "../client/index.js";
import { connectionKey } from "./connection-key.js";
import { diagnostics } from "./diagnostics.js";
import { createSelector, type Shown } from "./select.js";
import { SharedConnection } from "./shared-connection.js";
import type { EventSourceResult, EventSourceSnapshot, StoreOptions, UseEventSourceOptions } from "./types.js";

/**
 * A live stream of Server-Sent Events in a component. Connects when the component mounts, and closes shortly after the
 * last component with this URL and these options has unmounted; on the server it never connects, and its state is
 * `"connecting"`.
 *
 * The component renders at most once for all events that arrive together, or once in `throttleMs`; `onMessage` hears each
 * of them.
 *
 * @typeParam Events - data types by event type; with `schema` they are those of the validators. Without a validator they
 * describe what the server sends and are not checked: data that is no JSON arrives as its text.
 * @param url - relative to the document; null or undefined for no connection, or for none yet. Another URL is another
 *   connection.
 * @returns the snapshot with `start`, `stop` and `reconnect`, or what `select` makes of it.
 * @throws TypeError, when rendering, for headers that no request can have.
 * @example
 * const { data, state } = useEventSource<{ progress: { done: number } }>("/api/events");
 * const isConnected = useEventSource("/api/events", { select: (result) => result.isConnected });
 * const { event } = useEventSource("/api/events", { schema: { progress: z.object({ done: z.number() }) } });
 */
export function useEventSource<Events extends object = UntypedEvents, Selected = EventSourceResult<Events>>(
  url: string | URL | null | undefined,
  given: UseEventSourceOptions<Events, Selected> = {},
): Selected {
  diagnostics()?.checkHookOptions(given as StoreOptions);
  const address = String(url ?? "");
  const checked = Object.keys(given.schema ?? {});
  // Validators that are new at each render would be a new connection at each render.
  // biome-ignore lint/correctness/useExhaustiveDependencies: those of the first render count.
  const schema = useMemo(() => given.schema, [address, checked.sort().join("\n")]);
  const options = schema ? { ...given, schema } : given;
  const key = url == null ? null : connectionKey(address, options as StoreOptions);
  const connection = useMemo(() => new SharedConnection(key, address), [key, address]);

  // Set before any effect of this commit, so that subscribing and every event see the options of the last render.
  const latest = useRef({ options, connection });
  useInsertionEffect(() => {
    latest.current = { options, connection };
  });

  const actions = useMemo(() => {
    const stop = () => latest.current.connection.stop();
    return {
      start: () => latest.current.connection.start(),
      stop,
      close: stop,
      reconnect: () => latest.current.connection.reconnect(),
      subscribe: (channel: string) => latest.current.connection.choose("subscribe", channel),
      unsubscribe: (channel: string) => latest.current.connection.choose("unsubscribe", channel),
    };
  }, []);
  const subscribe = useCallback(
    (changed: () => void) =>
      connection.subscribe({ changed, options: () => latest.current.options as unknown as StoreOptions }),
    [connection],
  );

  const { historySize, throttleMs } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store looks them up itself.
  useEffect(() => connection.adjust(), [connection, historySize, throttleMs]);

  const shown = useRef<Shown<Selected>["current"]>(undefined);
  const { select } = options;
  const [getSelected, getServerSelected] = useMemo(() => {
    const view = createSelector((snapshot: EventSourceSnapshot): Selected => {
      // The store knows no types; what they say of the data is the caller's word.
      const result = { ...snapshot, ...actions } as unknown as EventSourceResult<Events>;
      return select ? select(result) : (result as unknown as Selected);
    }, shown);
    return [() => view(connection.snapshot()), () => view(connection.serverSnapshot())];
  }, [connection, select, actions]);
  const selected = useSyncExternalStore(subscribe, getSelected, getServerSelected);
  useEffect(() => {
    shown.current = { value: selected };
  });
  return selected;
}
