import type { Paragraph } from "./documents";

/** Finds the paragraphs that a question is about: TF-IDF over their words, the title's counting, too. */
export class Library {
  readonly #paragraphs: readonly Paragraph[];
  readonly #places = new Map<string, Set<number>>();

  constructor(paragraphs: readonly Paragraph[]) {
    this.#paragraphs = paragraphs;
    for (const [index, { page, text }] of paragraphs.entries()) {
      for (const word of wordsOf(`${page} ${text}`)) {
        const places = this.#places.get(word);
        if (places) places.add(index);
        else this.#places.set(word, new Set([index]));
      }
    }
  }

  /** The best ones first; any, where no word is known. */
  find(question: string, count: number): Paragraph[] {
    const scores = new Map<number, number>();
    for (const word of new Set(wordsOf(question))) {
      const places = this.#places.get(word) ?? [];
      const weight = Math.log(this.#paragraphs.length / (1 + [...places].length)) ** 2;
      for (const index of places) scores.set(index, (scores.get(index) ?? 0) + weight);
    }
    const best = [...scores].sort(([a, score], [b, other]) => other - score || a - b).slice(0, count);
    const found = best.flatMap(([index]) => this.#paragraphs[index] ?? []);
    return found.length > 0 ? found : this.#paragraphs.slice(0, count);
  }
}

function wordsOf(text: string): string[] {
  // Plural and singular are one word.
  return (text.toLowerCase().match(/[a-z0-9]{2,}/g) ?? []).map((word) => word.replace(/(?<=\w{3})s$/, ""));
}
