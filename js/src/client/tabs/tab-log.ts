import { BEGIN_TYPE, RESUME_TYPE } from "../../shared/notices.js";
import type { SharedEvent, SharedEvents, TabPlace } from "./tab-message.js";

const MOST_EVENTS = 1000;
/** Of their texts, in UTF-16 units. */
const MOST_UNITS = 4 * 1024 * 1024;
/** What a tab gets that comes without a place and without a cursor. */
const LATE_EVENTS = 200;
/** How many leaders are remembered. A tab that followed an older one starts again. */
const MOST_TERMS = 100;

/** What a tab lacks. It `isBehind` where some of that is not here any more. */
export interface Rest extends SharedEvents {
  readonly isBehind: boolean;
  readonly beginning?: string | undefined;
}

/**
 * The last events that a tab received, for tabs that lack some of them. The events of each leader's term are counted, so that
 * one without an id has a place, too.
 */
export class TabLog {
  readonly #events: SharedEvent[] = [];
  /** Events that came again: they count for positions, and are not delivered. */
  readonly #old = new WeakSet<SharedEvent>();
  #units = 0;
  /** Of all events that were ever here, those that are not any more. */
  #dropped = 0;
  /** The id in force before the first event that is here; undefined before anything was received. */
  #from: string | undefined;
  /** Where each term begins, in the count of all events; the last one is the present. */
  readonly #terms: { readonly term: string; readonly start: number }[] = [];
  /** What the stream said of itself at its beginning, where it is Millrace's. */
  #beginning: string | undefined;
  cursor = "";

  get place(): TabPlace | undefined {
    const last = this.#terms.at(-1);
    return last && { term: last.term, at: this.#count - last.start };
  }

  get #count(): number {
    return this.#dropped + this.#events.length;
  }

  /** Events of another term follow, after so many that are not here. */
  begin(term: string, at = 0, beginning?: string): void {
    this.#beginning = beginning ?? this.#beginning;
    this.#terms.push({ term, start: this.#count - at });
    this.#terms.splice(0, this.#terms.length - MOST_TERMS);
  }

  add(events: readonly SharedEvent[], cursor: string): void {
    this.#from ??= this.cursor || events[0]?.lastEventId || cursor;
    for (const event of events) {
      if (event.type === BEGIN_TYPE) this.#beginning = event.data;
      this.#events.push(event);
      this.#units += unitsOf(event);
    }
    this.cursor = cursor;
    let excess = this.#events.length - MOST_EVENTS;
    for (let index = 0; index < Math.max(excess, 0) || this.#units > MOST_UNITS; index++) {
      this.#units -= unitsOf(this.#events[index] as SharedEvent);
      excess = Math.max(excess, index + 1);
    }
    if (excess <= 0) return;
    const gone = this.#events.splice(0, excess);
    this.#dropped += gone.length;
    this.#from = gone.at(-1)?.lastEventId ?? this.#from;
  }

  /** Adds what a leader told that may have been further back. Returns what is news at this cursor: our ids are in order. */
  addAfter(floor: string, events: readonly SharedEvent[], cursor: string): Pick<SharedEvents, "events" | "cursor"> {
    this.add(events, cursor);
    if (this.#beginning === undefined) return { events, cursor };
    for (const event of events) if (event.hasOwnId && isAtOrAfter(floor, event.lastEventId)) this.#old.add(event);
    const news = events.filter((event) => !this.#old.has(event));
    return { events: news, cursor: isAtOrAfter(floor, cursor) ? "" : cursor };
  }

  /** What a tab lacks at this place; or, where it is at none that is known here, with this cursor. */
  after(place: TabPlace | undefined, cursor: string): Rest {
    const { term = "", at = 0 } = this.place ?? {};
    const rest = (events: readonly SharedEvent[], isBehind = false, beginning?: string): Rest => ({
      events,
      term,
      at: at - events.length,
      cursor: this.cursor,
      isBehind,
      beginning,
    });
    const index = this.#terms.findLastIndex((one) => one.term === place?.term);
    if (place && index >= 0) {
      // The asking tab may have had more from that leader than this tab had: the server sends that again, where events have ids.
      const end = this.#terms[index + 1]?.start ?? this.#count;
      const start = Math.min((this.#terms[index]?.start ?? 0) + place.at, end) - this.#dropped;
      // Of later leaders' events, those that came again are left out: the asking tab has them, or gets them here.
      const own = end - this.#dropped;
      const missing = this.#events.filter((event, at) => at >= start && (at < own || !this.#old.has(event)));
      return rest(missing, start < 0, this.#beginning);
    }
    // What is told of the connection was told to the others: it is no news for this tab.
    const isTold = ({ type }: SharedEvent) => type === RESUME_TYPE || type === BEGIN_TYPE;
    const events = this.#events.filter((event) => !isTold(event) && !this.#old.has(event));
    if (cursor === "") return rest(events.slice(-LATE_EVENTS), false, this.#beginning);
    // Events may follow that have not moved the cursor: theirs is an id that cannot be sent back.
    const same = events.findLastIndex(({ lastEventId }) => lastEventId === cursor);
    if (same >= 0) return rest(events.slice(same + 1), false, this.#beginning);
    if (cursor === this.cursor) return rest([], false, this.#beginning);
    if (this.#from === undefined) return rest([], true);
    const later = events.filter(({ lastEventId }) => !isAtOrAfter(cursor, lastEventId));
    return rest(later, !isAtOrAfter(cursor, this.#from), this.#beginning);
  }
}

function unitsOf({ type, data, lastEventId }: SharedEvent): number {
  return type.length + data.length + lastEventId.length;
}

/** Whether one of a hub's ids (`<epoch>.<sequence>`) is not before another; ids of other kinds have no order. */
function isAtOrAfter(id: string, other: string): boolean {
  const [epoch, sequence] = id.split(".");
  const [otherEpoch, otherSequence] = other.split(".");
  return id === other || (epoch === otherEpoch && Number(sequence) >= Number(otherSequence));
}
