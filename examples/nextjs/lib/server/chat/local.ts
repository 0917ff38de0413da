import { setTimeout as wait } from "node:timers/promises";
import { singleton } from "../singleton";
import { readParagraphs } from "./documents";
import { Library } from "./library";
import { MarkovChain } from "./markov";

export const localName = "a Markov chain over the Next.js documentation";

const FOUND_PARAGRAPHS = 60;
const INVENTED_PARAGRAPHS = 4;
const LEAST_WORDS = 45;
const TOKENS_PER_SECOND = 45;

const library = singleton("library", () => ({ read: null as Promise<Library> | null }));

/** An answer of a few hundred tokens, at a language model's pace: what the documentation says, then what it might say. */
export async function* writeLocally(question: string, signal: AbortSignal): AsyncGenerator<string> {
  library.read ??= readParagraphs().then((paragraphs) => new Library(paragraphs));
  const found = (await library.read).find(question, FOUND_PARAGRAPHS);
  const chain = new MarkovChain(found.map(({ text }) => text));
  const invented = Array.from({ length: INVENTED_PARAGRAPHS }, () => chain.write(LEAST_WORDS, Math.random));
  const answer = [`“${found[0]?.page}” says: ${found[0]?.text}`, ...invented].join("\n\n");
  for (const token of tokensOf(answer)) {
    await wait((1000 / TOKENS_PER_SECOND) * (0.5 + Math.random()), undefined, { signal });
    yield token;
  }
}

/** Pieces of words with the space before them, much as a language model has them. */
function tokensOf(text: string): string[] {
  return text.match(/\s*(?:[\p{L}\p{N}]{1,7}|[^\p{L}\p{N}\s])/gu) ?? [];
}
