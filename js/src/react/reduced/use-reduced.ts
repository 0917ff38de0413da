"use client";

import { useCallback, useEffect, useInsertionEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { connectionKey } from "../connection-key.js";
import { diagnostics } from "../diagnostics.js";
import type { StoreOptions } from "../types.js";
import { type Reduced, SharedReduction } from "./reduced-connection.js";
import type { Reduction } from "./reduction.js";

/** What can be done with the connection; the same functions at each render. */
export interface ReducedActions {
  readonly start: () => void;
  readonly stop: () => void;
  readonly reconnect: () => void;
}

/**
 * A stream, and what its events lead to, for all components that use it alike. See `useEventSource` for when it connects.
 *
 * @param kind - names the reduction: components share one of one kind.
 * @param make - the first one of a kind makes it.
 */
export function useReduced<View>(
  kind: string,
  url: string | null,
  options: StoreOptions,
  make: () => Reduction<View>,
): Reduced<View> & ReducedActions {
  diagnostics()?.checkHookOptions(options);
  const address = url ?? "";
  const key = url === null ? null : connectionKey(address, options);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what makes one is the same for all of a kind.
  const shared = useMemo(() => new SharedReduction(key, address, kind, make), [key, address, kind]);
  const latest = useRef({ options, shared });
  useInsertionEffect(() => {
    latest.current = { options, shared };
  });
  const actions = useMemo(
    () => ({
      start: () => latest.current.shared.connection?.start(),
      stop: () => latest.current.shared.connection?.stop(),
      reconnect: () => latest.current.shared.connection?.reconnect(),
    }),
    [],
  );
  const subscribe = useCallback(
    (changed: () => void) => shared.subscribe({ changed, options: () => latest.current.options }),
    [shared],
  );
  const { throttleMs } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store looks it up itself.
  useEffect(() => shared.connection?.adjust(), [shared, throttleMs]);
  const reduced = useSyncExternalStore(
    subscribe,
    () => shared.reduced(),
    () => shared.serverReduced(),
  );
  return useMemo(() => ({ ...reduced, ...actions }), [reduced, actions]);
}
