import type { NativeCloseReason } from "../../shared/close-reasons.js";

/**
 * Why a stream ended: `closed` by the application (or the reason it gave), `disconnected` by the client, `lagging` too far
 * behind, `duration_cap` after `maxDurationMs`, `completed` after a `closeAfter` event, `draining` by `hub.drain`, `unread`
 * when its response was never read (after 60 s), `refused` where an authorizer that came later refused it; of what `hub.attach`
 * returns also `refused` when it answered with an error, and `polled` when it answered with JSON.
 */
export type CloseReason = NativeCloseReason | "refused" | (string & {});
