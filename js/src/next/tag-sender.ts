/** How tags leave. Throws, or rejects, where they have not. */
export type SendTags = (tags: readonly string[]) => Promise<void>;

/** What there may be of them. */
export interface TagLimits {
  /** What comes within so long leaves together. */
  readonly batchMs: number;
  /** The wait after a failure; it doubles, up to the most. */
  readonly retryMs: number;
  readonly mostRetryMs: number;
  /** That wait; beyond, the oldest are given up. */
  readonly mostTags: number;
}

/** Sends tags together, each once, and again where that fails. */
export class TagSender {
  readonly #send: SendTags;
  readonly #limits: TagLimits;
  readonly #failed: (error: unknown) => void;
  readonly #waiting = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isSending = false;
  #failures = 0;
  #isOver = false;

  /** @param failed - is told of the first failure of several, and of tags that are given up. */
  constructor(send: SendTags, limits: TagLimits, failed: (error: unknown) => void) {
    this.#send = send;
    this.#limits = limits;
    this.#failed = failed;
  }

  add(tags: readonly string[]): void {
    for (const tag of tags) this.#waiting.add(tag);
    this.#giveUpOldest();
    this.#schedule(this.#limits.batchMs);
  }

  /** What waits is forgotten. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #giveUpOldest(): void {
    const tooMany = this.#waiting.size - this.#limits.mostTags;
    if (tooMany <= 0) return;
    for (const tag of [...this.#waiting].slice(0, tooMany)) this.#waiting.delete(tag);
    this.#failed(new Error(`${tooMany} tags were given up: more than ${this.#limits.mostTags} wait to be revalidated`));
  }

  #schedule(ms: number): void {
    if (this.#timer !== undefined || this.#isSending || this.#isOver || this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, ms);
    (this.#timer as { unref?(): void }).unref?.();
  }

  async #flush(): Promise<void> {
    const { batchMs, retryMs, mostRetryMs, mostTags } = this.#limits;
    const tags = [...this.#waiting].slice(0, mostTags);
    this.#waiting.clear();
    this.#isSending = true;
    let nextMs = batchMs;
    try {
      await this.#send(tags);
      this.#failures = 0;
    } catch (error) {
      if (this.#failures++ === 0) this.#failed(error);
      nextMs = Math.min(mostRetryMs, retryMs * 2 ** Math.min(this.#failures - 1, 20));
      const later = [...this.#waiting];
      this.#waiting.clear();
      for (const tag of [...tags, ...later]) this.#waiting.add(tag);
    }
    this.#isSending = false;
    if (this.#isOver) this.#waiting.clear();
    this.#giveUpOldest();
    this.#schedule(nextMs);
  }
}
