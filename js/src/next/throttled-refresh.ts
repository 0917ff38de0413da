/** Refreshes a page when something has come: at once, then at most once in a time, and only while somebody sees it. */
export class ThrottledRefresh {
  readonly #refresh: () => void;
  readonly #everyMs: number;
  #isVisible: boolean;
  #isDue = false;
  /** While it runs, nothing is refreshed. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(refresh: () => void, everyMs: number, isVisible: boolean) {
    this.#refresh = refresh;
    this.#everyMs = everyMs;
    this.#isVisible = isVisible;
  }

  /** Something has come. */
  note(): void {
    this.#isDue = true;
    this.#run();
  }

  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    this.#run();
  }

  /** What is due is forgotten. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
  }

  #run(): void {
    if (!this.#isDue || !this.#isVisible || this.#timer !== undefined) return;
    this.#isDue = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run();
    }, this.#everyMs);
    this.#refresh();
  }
}
