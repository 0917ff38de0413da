import type { SSEError } from "../../shared/errors.js";
import type { Names } from "../../shared/misspelt.js";
import { environment } from "../lifecycle/environment.js";
import type { AlertEvent } from "./alerts.js";
import type { CloseReason } from "./close-reason.js";
import { runGuarded } from "./guarded.js";
import { print } from "./print.js";
import type { UserCode } from "./user-code.js";

/** What a hub tells its listeners, of this thread's streams. */
export interface HubEvents {
  /** `response` or `attach` has opened a stream. */
  connection: {
    readonly id: string;
    readonly channels: readonly string[];
    readonly userId: string | undefined;
    /** Of the request's `traceparent` or `X-Trace-ID`, or made up; the client has it as `X-Trace-ID`. */
    readonly traceId: string;
  };
  /** Such a stream has ended. */
  close: { readonly id: string; readonly reason: CloseReason };
  /** `response` or `attach`, or a handler of metrics or contents, has refused a request. What failed for another reason is `error`. */
  refused: {
    readonly code: string;
    readonly channels: readonly string[];
    readonly error: SSEError;
    readonly traceId: string | undefined;
  };
  /**
   * Code of the application's has thrown, rejected or answered what it may not: `authorize`, `exists`, `from`, `snapshot`, `onClose`, a `listener`,
   * what a `request` was to be answered with, a `contentStore`, or a `module` that stands on the hub. Its client was answered 500 (403 by `authorize`). Without a listener of this
   * event it is written to the console.
   */
  error: {
    readonly error: unknown;
    readonly code: UserCode;
    readonly channels?: readonly string[];
    /** Of the request that was to be answered. */
    readonly traceId?: string;
  };
  /** Something about the hub has become alarming, or is well again; see the option `alerts`. Looked for while somebody listens. */
  alert: AlertEvent;
}

export const HUB_EVENTS: Names<HubEvents> = {
  connection: true,
  close: true,
  refused: true,
  error: true,
  alert: true,
};

/** One for each time that it was added: the same function may be, twice. */
interface Added {
  readonly listener: (event: never) => unknown;
}

type Listeners = Map<string, Set<Added>>;

/** The listeners of a hub, in whichever copy of this module they were added. */
function listenersOf(hubName: string): Listeners {
  const hubs = environment().state("hub listeners", () => new Map<string, Listeners>());
  let listeners = hubs.get(hubName);
  if (listeners === undefined) {
    listeners = new Map();
    hubs.set(hubName, listeners);
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
  const added: Added = { listener: listener as (event: never) => unknown };
  ofType.add(added);
  return () => ofType.delete(added);
}

export function hasHubListeners(hubName: string, type: keyof HubEvents): boolean {
  return (listenersOf(hubName).get(type)?.size ?? 0) > 0;
}

/** What a listener throws goes to the console: the listeners of `error` are listeners, too. */
export function emitHubEvent<Type extends keyof HubEvents>(hubName: string, type: Type, event: HubEvents[Type]): void {
  const onError = (error: unknown) => print(`Millrace: a listener of the hub "${hubName}" failed:`, error);
  for (const { listener } of [...(listenersOf(hubName).get(type) ?? [])]) {
    runGuarded(() => (listener as (event: unknown) => unknown)(event), onError);
  }
}
