import type { StreamRequest } from "../transport/fetch-transport.js";
import type { PollOutcome } from "../transport/poll-transport.js";
import { notLoaded } from "../transport/transports.js";
import type { Recorder } from "./recorder.js";

/**
 * Asks once for the events after the cursor. Never rejects; gives undefined when it is aborted. What makes the request is
 * loaded when it is needed.
 */
export async function pollOnce(request: StreamRequest, recorder: Recorder): Promise<PollOutcome | undefined> {
  recorder.record("connect");
  const { poll } = await import("../transport/poll-transport.js").catch((cause: unknown) => ({
    poll: async () => ({ error: notLoaded(cause) }),
  }));
  const outcome = await poll(request);
  if (outcome === undefined || request.signal.aborted) return undefined;
  if ("bytes" in outcome) {
    recorder.record("open");
    recorder.record("bytes", outcome.bytes);
  }
  recorder.record("end");
  return request.signal.aborted ? undefined : outcome; // the tape may have closed the client
}
