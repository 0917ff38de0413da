/** An event as a tab received it. */
export interface SharedEvent {
  readonly type: string;
  readonly data: string;
  /** The id in force. */
  readonly lastEventId: string;
  readonly hasOwnId: boolean;
  readonly isRaw?: boolean;
}

const RING_EVENTS = 1000;
/** What a tab gets that comes without a cursor. */
const LATE_EVENTS = 200;

/** The last events that a tab received, for tabs that lack some of them. */
export class TabRing {
  readonly #events: SharedEvent[] = [];
  /** Everything after this id is here, up to `cursor`. Undefined before anything was received. */
  #from: string | undefined;
  cursor = "";

  add(events: readonly SharedEvent[], cursor: string): void {
    this.#from ??= this.cursor || events[0]?.lastEventId || cursor;
    this.#events.push(...events);
    const dropped = this.#events.splice(0, this.#events.length - RING_EVENTS);
    this.#from = dropped.at(-1)?.lastEventId ?? this.#from;
    this.cursor = cursor;
  }

  /** What a tab with this cursor lacks. It `hasGap` where some of that is not here any more. */
  after(cursor: string): { readonly events: readonly SharedEvent[]; readonly hasGap: boolean } {
    if (cursor === "") return { events: this.#events.slice(-LATE_EVENTS), hasGap: false };
    if (this.#from === undefined) return { events: [], hasGap: false };
    // Events may follow that have not moved the cursor: theirs is an id that cannot be sent back.
    const at = this.#events.findLastIndex(({ lastEventId }) => lastEventId === cursor);
    if (at >= 0) return { events: this.#events.slice(at + 1), hasGap: false };
    if (cursor === this.cursor) return { events: [], hasGap: false };
    // Between two events, or ahead of this tab: what it has already, it drops as repeats.
    return { events: this.#events, hasGap: !isAtOrAfter(cursor, this.#from) };
  }
}

/** Whether one of a hub's ids (`<epoch>.<sequence>`) is not before another; ids of other kinds have no order. */
function isAtOrAfter(id: string, other: string): boolean {
  const [epoch, sequence] = id.split(".");
  const [otherEpoch, otherSequence] = other.split(".");
  return id === other || (epoch === otherEpoch && Number(sequence) >= Number(otherSequence));
}
