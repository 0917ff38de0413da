import { clearTimeout, setTimeout } from "node:timers";
import { environment } from "../lifecycle/environment.js";
import { now } from "../lifecycle/now.js";

/** What is done again and again; it says whether to go on, and never rejects. */
export interface Recurring {
  run(): Promise<boolean>;
}

/** So many run at once: ten thousand that are due together are not ten thousand questions to a database. Who waits longer than an interval runs all the same. */
const MOST_AT_ONCE = 256;

/**
 * Runs those that are in it once in each interval, by one timer for all. They have one interval, so that they are due in the order in which they came. The timer
 * keeps no process alive.
 */
export class DueQueue {
  readonly #everyMs: number;
  /** When each is due; in that order. */
  readonly #due = new Map<Recurring, number>();
  #running = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  add(one: Recurring): void {
    this.#due.delete(one);
    this.#due.set(one, now() + this.#everyMs);
    this.#schedule();
  }

  remove(one: Recurring): void {
    this.#due.delete(one);
    if (this.#due.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    const [first] = this.#due;
    if (first === undefined || this.#timer !== undefined) return;
    const isFull = this.#running >= MOST_AT_ONCE;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#runDue();
      },
      Math.max(1, first[1] + (isFull ? this.#everyMs : 0) - now()),
    );
    this.#timer.unref();
  }

  #runDue(): void {
    const at = now();
    for (const [one, due] of this.#due) {
      if (due > at || (this.#running >= MOST_AT_ONCE && due + this.#everyMs > at)) break;
      this.#due.delete(one);
      this.#running++;
      void one.run().then((goesOn) => {
        this.#running--;
        if (goesOn) this.add(one);
        clearTimeout(this.#timer); // it may have waited for a place
        this.#timer = undefined;
        this.#schedule();
      });
    }
    this.#schedule();
  }
}

/** This thread's, of an interval. */
export function dueQueue(everyMs: number): DueQueue {
  const queues = environment().state("due queues", () => new Map<number, DueQueue>());
  let queue = queues.get(everyMs);
  if (queue === undefined) {
    queue = new DueQueue(everyMs);
    queues.set(everyMs, queue);
  }
  return queue;
}
