/** An event that was delivered. */
interface Entry {
  /** That it was last seen on. */
  connection: number;
  /** How often it was delivered. */
  times: number;
  /** So many more of this connection's are repeats. */
  repeats: number;
}

/**
 * The last `size` events over one connection after another, oldest out first. An event is a repeat when an earlier
 * connection brought it, as often as those did; within one connection nothing is a repeat. A repeat does not renew its
 * event's place.
 *
 * Memory: `size` fingerprints, each as long as the parser's limits let an id be.
 */
export class DedupWindow {
  readonly #size: number;
  readonly #known = new Map<string, Entry>();
  // A Map alone would do, but finding its oldest entry costs time linear in the deleted ones.
  readonly #ring: string[] = [];
  #oldest = 0;
  #connection = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** A new connection begins. */
  reset(): void {
    this.#connection++;
  }

  /** Says whether the event is a repeat, and takes a new one in. */
  meet(fingerprint: string): "new" | "repeat" {
    const entry = this.#known.get(fingerprint);
    if (entry !== undefined) {
      if (entry.connection !== this.#connection) {
        entry.connection = this.#connection;
        entry.repeats = entry.times;
      }
      if (entry.repeats > 0) {
        entry.repeats--;
        return "repeat";
      }
      entry.times++;
      return "new";
    }
    if (this.#size === 0) return "new";
    const evicted = this.#ring[this.#oldest];
    if (evicted !== undefined) this.#known.delete(evicted);
    this.#ring[this.#oldest] = fingerprint;
    this.#oldest = (this.#oldest + 1) % this.#size;
    this.#known.set(fingerprint, { connection: this.#connection, times: 1, repeats: 0 });
    return "new";
  }
}
