/** A chain over the words of some texts: what followed three words in them, or two where three are unknown. */
export class MarkovChain {
  readonly #followers = new Map<string, string[]>();
  readonly #starts: string[][] = [];

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const words = text.split(" ");
      if (words.length < 3) continue;
      this.#starts.push(words.slice(0, 3));
      for (let at = 2; at < words.length; at += 1) {
        const next = words[at] ?? "";
        this.#add(words.slice(at - 2, at), next);
        if (at > 2) this.#add(words.slice(at - 3, at), next);
      }
    }
  }

  /** A paragraph of whole sentences with at least so many words, or fewer where the chain ends. `random` is in [0, 1). */
  write(leastWords: number, random: () => number): string {
    const words = [...(pick(this.#starts, random) ?? [])];
    while (words.length < leastWords * 2) {
      if (words.length >= leastWords && /[.!?]$/.test(words.at(-1) ?? "")) break;
      const next = this.#next(words, random);
      if (next === undefined) break;
      words.push(next);
    }
    return words.join(" ");
  }

  #next(words: readonly string[], random: () => number): string | undefined {
    const three = this.#followers.get(words.slice(-3).join(" ")) ?? [];
    const two = this.#followers.get(words.slice(-2).join(" ")) ?? [];
    // Three words that were seen once would only repeat the text they come from.
    return pick(three.length > 1 || two.length === 0 ? three : two, random);
  }

  #add(context: readonly string[], next: string): void {
    const key = context.join(" ");
    const followers = this.#followers.get(key);
    if (followers) followers.push(next);
    else this.#followers.set(key, [next]);
  }
}

function pick<Item>(items: readonly Item[], random: () => number): Item | undefined {
  return items[Math.floor(random() * items.length)];
}
