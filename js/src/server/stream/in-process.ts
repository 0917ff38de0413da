import type { ConnectionId, NativeHub } from "../../native/binding.js";
import type { ReceiverCore } from "../../shared/receiver.js";
import { opened } from "../content/message.js";
import { type Environment, environment } from "../lifecycle/environment.js";
import { unlessStoreFailed } from "../lifecycle/stored.js";

const LARGEST_EVENT_BYTES = 2 ** 31;

/** A connection of the hub's that is read in this process, with what parses its bytes. */
export interface InProcess {
  readonly hub: NativeHub;
  readonly environment: Environment;
  readonly connection: ConnectionId;
  readonly receiver: ReceiverCore;
}

/**
 * @param isCounted - whether it is a connection in the sense of the counts and limits.
 * @param hasNotices - false: a gap ends it.
 * @throws SSEError `SERVER_FULL`, `DRAINING`.
 */
export function openInProcess(hubName: string, isCounted: boolean, hasNotices: boolean): InProcess {
  const env = environment();
  const hub = env.hub(hubName);
  const connection = hub.open(env.id, {
    lagEvents: Infinity,
    lagBytes: Infinity,
    lagStallMs: Infinity,
    dropOldest: true,
    heartbeatMs: 0,
    heartbeatEvent: "",
    heartbeatData: "",
    maxDurationMs: 0,
    isCompressed: false,
    hasNotices,
    closeAfter: [],
    retryMs: undefined,
    lastEventId: undefined,
    greeting: undefined,
    kind: isCounted ? "connection" : "listener",
  });
  const receiver = new env.binding.Receiver(0, LARGEST_EVENT_BYTES, LARGEST_EVENT_BYTES);
  return { hub, environment: env, connection: opened(unlessStoreFailed(hub, connection)), receiver };
}
