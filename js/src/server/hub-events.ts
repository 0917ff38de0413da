import { callUser } from "./call.js";
import { environment } from "./environment.js";
import type { CloseReason } from "./options.js";

/** What a hub tells its listeners, of this thread's streams. */
export interface HubEvents {
  /** `response` or `attach` has opened a stream. */
  connection: { readonly id: string; readonly channels: readonly string[]; readonly userId: string | undefined };
  /** Such a stream has ended. */
  close: { readonly id: string; readonly reason: CloseReason };
  /** `response` or `attach` has answered with an error. */
  refused: { readonly code: string; readonly channels: readonly string[]; readonly error: unknown };
}

type Listeners = Map<string, Set<(event: never) => unknown>>;

/** The listeners of a hub, in whichever copy of this module they were added. */
function listenersOf(hubName: string): Listeners {
  const { hubListeners } = environment() as { hubListeners: Map<string, Listeners> };
  let listeners = hubListeners.get(hubName);
  if (listeners === undefined) {
    listeners = new Map();
    hubListeners.set(hubName, listeners);
  }
  return listeners;
}

export function onHubEvent<Type extends keyof HubEvents>(
  hubName: string,
  type: Type,
  listener: (event: HubEvents[Type]) => unknown,
): () => void {
  const listeners = listenersOf(hubName);
  const ofType = listeners.get(type) ?? new Set();
  listeners.set(type, ofType);
  ofType.add(listener as (event: never) => unknown);
  return () => ofType.delete(listener as (event: never) => unknown);
}

export function emitHubEvent<Type extends keyof HubEvents>(hubName: string, type: Type, event: HubEvents[Type]): void {
  for (const listener of listenersOf(hubName).get(type) ?? []) callUser(listener as (event: unknown) => unknown, event);
}
