import type { NativeCloseReason } from "../../shared/close-reasons.js";

/**
 * Why a stream ended:
 *
 * - `closed`: the application closed it; it may give another reason.
 * - `disconnected`: the client has gone.
 * - `lagging`: the client fell too far behind.
 * - `duration_cap`: it reached `maxDurationMs`.
 * - `completed`: an event of `closeAfter` was sent.
 * - `draining`: the hub shuts down.
 * - `expired`: what it was let in for (`expiresAt`) is over, or it was not let in again (`reauthorizeEveryMs`). Clients come back with what they
 *   are let in for now.
 * - `revoked`: `hub.disconnect` or `hub.deny` ended it. Clients do not come back.
 * - `moved`: `hub.disconnect` ended it, and its client comes back (`mayReturn`).
 * - `unread`: nobody began to read the response's body within 60 s.
 * - `refused`: an authorizer that was set later refused it. Of what `hub.attach` returns: it answered with an error.
 * - `polled`: `hub.attach` answered with JSON.
 */
export type CloseReason = NativeCloseReason | "refused" | (string & {});
