import { canBeSent } from "../client/stream/cursor.js";
import { toSSEError } from "../client/stream/parse-error.js";
import { loadClientCore } from "../core/load-client.js";
import type { SSEError } from "../shared/errors.js";
import { type Names, requireKnown } from "../shared/misspelt.js";
import { BEGIN_TYPE } from "../shared/notices.js";
import type { ParsedItem, ReceiverOptions } from "../shared/receiver.js";
import type { TapeContent } from "./saved-tape.js";

/** What the client was told that made the tape: `dedup`, `events`, the limits, and the cursor it began with. */
export interface ReplayOptions extends ReceiverOptions {
  /** As in the client's options. Default: none. */
  readonly lastEventId?: string;
}

const REPLAY_OPTIONS: Names<ReplayOptions> = {
  dedup: true,
  maxLineBytes: true,
  maxEventBytes: true,
  events: true,
  lastEventId: true,
};

/** An event as the client was given it. */
export interface ReplayedEvent {
  /** When its last byte came, in milliseconds since the client was made. */
  readonly atMs: number;
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** What a tape holds. Each list is in the order of the stream. */
export interface Replay {
  /** Without repeats; the server's notices (`millrace.…`) and heartbeats stand among them, unless `events` leaves them out. */
  readonly events: readonly ReplayedEvent[];
  /** What the parser objected to. */
  readonly errors: readonly { readonly atMs: number; readonly error: SSEError }[];
  /** The waits that the server asked for. */
  readonly retries: readonly { readonly atMs: number; readonly ms: number }[];
  /** The id to resume after, at the end. */
  readonly lastEventId: string;
}

/**
 * Puts what a tape holds through the core that a client uses, as one connection after another: a bug report becomes a test.
 * Nothing is waited for. Where the tape {@link RecordedTape.isTruncated | is truncated} in the middle of a stream, its first
 * event is left out, for its beginning may be missing.
 *
 * @throws TypeError for a misspelt option; TypeError or RangeError for one of the wrong type or out of its range.
 * @example
 * const { events } = await replayTape(tapeFromJSON(fixture), { events: ["progress"] });
 * expect(events.map(({ data }) => data)).toEqual(['{"done":1}', '{"done":2}']);
 */
export async function replayTape(tape: TapeContent, options: ReplayOptions = {}): Promise<Replay> {
  requireKnown("replayTape", options, REPLAY_OPTIONS);
  const { lastEventId, ...receiverOptions } = options;
  if (typeof (lastEventId ?? "") !== "string") throw new TypeError("lastEventId must be a string");
  const receiver = (await loadClientCore()).createReceiver(receiverOptions);
  // As the client does it: on a stream of Millrace's the event at the cursor counts as received.
  if (lastEventId && canBeSent(lastEventId)) {
    receiver.feed(new TextEncoder().encode(`event: ${BEGIN_TYPE}\nid: ${lastEventId}\ndata:\n\n`));
    receiver.reset();
  }
  const replay = new ReplayRecorder(tape.isTruncated && tape.entries[0]?.kind === "bytes");
  for (const { atMs, kind, bytes } of tape.entries) {
    if (kind === "open") {
      receiver.reset();
      replay.begin();
    }
    if (bytes) for (const item of receiver.feed(bytes)) replay.add(atMs, item);
  }
  const { events, errors, retries } = replay;
  return { events, errors, retries, lastEventId: receiver.lastEventId };
}

class ReplayRecorder {
  readonly events: ReplayedEvent[] = [];
  readonly errors: { atMs: number; error: SSEError }[] = [];
  readonly retries: { atMs: number; ms: number }[] = [];
  #isCut: boolean;

  constructor(isCut: boolean) {
    this.#isCut = isCut;
  }

  begin(): void {
    this.#isCut = false;
  }

  add(atMs: number, item: ParsedItem): void {
    if (this.#isCut) {
      if (item.kind === "event") this.#isCut = false;
    } else if (item.kind === "event") {
      const { type, data, lastEventId } = item;
      this.events.push({ atMs, type, data, lastEventId });
    } else if (item.kind === "retry") this.retries.push({ atMs, ms: item.ms });
    else this.errors.push({ atMs, error: toSSEError(item) });
  }
}
