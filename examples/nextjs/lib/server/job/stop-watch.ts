/** Measures how long something runs, without its pauses. */
export class StopWatch {
  #before = 0;
  #since: number | null = performance.now();

  setRunning(isRunning: boolean): void {
    this.#before = this.ms;
    this.#since = isRunning ? performance.now() : null;
  }

  get ms(): number {
    return this.#before + (this.#since === null ? 0 : performance.now() - this.#since);
  }
}
