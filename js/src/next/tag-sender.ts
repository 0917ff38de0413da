/** How tags leave. Throws, or rejects, where they have not: with a {@link TagsRefused} where they never will. */
export type SendTags = (tags: readonly string[]) => Promise<void>;

/** Tags that are not to be sent again. */
export class TagsRefused extends Error {}

/** What there may be of them. */
export interface TagLimits {
  /** What comes within so long leaves together. */
  readonly batchMs: number;
  /** The wait after a failure; it doubles, up to the most. */
  readonly retryMs: number;
  readonly mostRetryMs: number;
  /** In one request, and characters of them as JSON. */
  readonly mostTags: number;
  readonly mostCharacters: number;
  /** That wait; beyond, the oldest are given up. */
  readonly mostWaiting: number;
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
  #givenUp = 0;
  #isOver = false;

  /** @param failed - is told of the first failure of several, of tags that are refused, and once of all that were given up meanwhile. */
  constructor(send: SendTags, limits: TagLimits, failed: (error: unknown) => void) {
    this.#send = send;
    this.#limits = limits;
    this.#failed = failed;
  }

  add(tags: readonly string[]): void {
    for (const tag of tags) {
      this.#waiting.add(tag);
      if (this.#waiting.size > this.#limits.mostWaiting) this.#giveUpOldest();
    }
    this.#schedule(this.#limits.batchMs);
  }

  /** What waits is forgotten. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #giveUpOldest(): void {
    for (const tag of this.#waiting) {
      this.#waiting.delete(tag);
      this.#givenUp++;
      return;
    }
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
    const { batchMs, retryMs, mostRetryMs, mostWaiting } = this.#limits;
    this.#isSending = true;
    let nextMs = batchMs;
    while (this.#waiting.size > 0 && !this.#isOver) {
      const tags = this.#takeSome();
      try {
        await this.#send(tags);
        this.#failures = 0;
      } catch (error) {
        const isRefused = error instanceof TagsRefused;
        if (isRefused || this.#failures++ === 0) this.#failed(error);
        if (isRefused) continue;
        nextMs = Math.min(mostRetryMs, retryMs * 2 ** Math.min(this.#failures - 1, 20));
        this.#putBack(tags);
        break;
      }
    }
    this.#isSending = false;
    if (this.#isOver) this.#waiting.clear();
    if (this.#givenUp > 0) {
      this.#failed(new Error(`${this.#givenUp} tags were given up: more than ${mostWaiting} wait to be revalidated`));
      this.#givenUp = 0;
    }
    this.#schedule(nextMs);
  }

  #takeSome(): string[] {
    const { mostTags, mostCharacters } = this.#limits;
    const tags: string[] = [];
    let characters = 0;
    for (const tag of this.#waiting) {
      characters += JSON.stringify(tag).length + 1;
      if (tags.length === mostTags || (tags.length > 0 && characters > mostCharacters)) break;
      tags.push(tag);
    }
    for (const tag of tags) this.#waiting.delete(tag);
    return tags;
  }

  /** In front of what came meanwhile. */
  #putBack(tags: readonly string[]): void {
    const later = [...this.#waiting];
    this.#waiting.clear();
    for (const tag of [...tags, ...later]) this.#waiting.add(tag);
    while (this.#waiting.size > this.#limits.mostWaiting) this.#giveUpOldest();
  }
}
