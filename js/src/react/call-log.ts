import type { StoreOptions } from "./types.js";

/** A component that uses a connection. */
export interface SubscribedComponent {
  /** The snapshot is another one. */
  changed(): void;
  /** As of the last render. */
  options(): StoreOptions;
}

/** Tells a component of something, as its options want it. */
export type Call = (options: StoreOptions) => void;

/**
 * How many calls are kept for components that are hidden: of more, the last. An event is two. One that has unmounted for good
 * looks the same, so they are kept as long as the connection is there.
 */
const MOST_MISSED = 2000;
/** And of how many characters of data. */
const MOST_MISSED_UNITS = 2 ** 21;

/** The components that use a connection, and the calls that each of them still has to get. */
export class CallLog {
  /** How many calls each has had, of all there were. */
  readonly #subscribers = new Map<SubscribedComponent, number>();
  /** Components that have left, and may come back. */
  #away = 0;
  #calls = 0;
  /** The last calls, for those who have not had them, and the characters of each. */
  #missed: [call: Call, units: number][] = [];
  #missedUnits = 0;

  get size(): number {
    return this.#subscribers.size;
  }

  get subscribers(): Iterable<SubscribedComponent> {
    return this.#subscribers.keys();
  }

  /** @param leftAt - what leaving gave a component that comes back: it gets what it missed. */
  add(subscriber: SubscribedComponent, leftAt?: number): void {
    this.#subscribers.set(subscriber, leftAt ?? this.#calls);
    if (leftAt === undefined) return;
    this.#away--;
    this.#catchUp();
  }

  /** Returns what it takes to come back. */
  remove(subscriber: SubscribedComponent): number {
    const had = this.#subscribers.get(subscriber) ?? this.#calls;
    this.#subscribers.delete(subscriber);
    this.#away++;
    return had;
  }

  /** Calls every component, or will once it is back. `units`: the characters of data that the call holds alive. */
  tell(call: Call, units = 0): void {
    this.#calls++;
    const missed = this.#missed;
    missed.push([call, units]);
    this.#missedUnits += units;
    this.#catchUp();
    if (this.#away === 0) missed.length = this.#missedUnits = 0;
    while (missed.length > MOST_MISSED || this.#missedUnits > MOST_MISSED_UNITS) {
      this.#missedUnits -= missed.shift()?.[1] ?? 0;
    }
  }

  /** Makes the calls that are still to be made, each component's in order: one that is called may leave, or cause more. */
  #catchUp(): void {
    for (const [subscriber] of this.#subscribers) {
      for (let had = this.#subscribers.get(subscriber); had !== undefined && had < this.#calls; ) {
        this.#subscribers.set(subscriber, had + 1);
        makeCall(subscriber, this.#missed.at(had - this.#calls)?.[0]);
        had = this.#subscribers.get(subscriber);
      }
    }
  }
}

/** What it throws is reported, and nobody else's concern. */
export function makeCall(subscriber: SubscribedComponent, call: Call | undefined): void {
  try {
    call?.(subscriber.options());
  } catch (error) {
    // Reported as what a listener throws is, without a part in what others hear.
    setTimeout(() => {
      throw error;
    });
  }
}
