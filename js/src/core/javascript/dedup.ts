/**
 * The last `size` ids, oldest out first. A repeat does not refresh its id's place.
 *
 * Memory: `size` ids, each as long as the parser's limits let it be.
 */
export class DedupWindow {
  readonly #size: number;
  readonly #known = new Set<string>();
  // A Set alone would do, but finding its oldest entry costs time linear in the deleted ones.
  readonly #ring: string[] = [];
  #oldest = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Says whether the id is in the window, and takes a new one in. */
  meet(id: string): "new" | "repeat" {
    if (this.#known.has(id)) return "repeat";
    if (this.#size === 0) return "new";
    const evicted = this.#ring[this.#oldest];
    if (evicted !== undefined) this.#known.delete(evicted);
    this.#ring[this.#oldest] = id;
    this.#oldest = (this.#oldest + 1) % this.#size;
    this.#known.add(id);
    return "new";
  }
}
