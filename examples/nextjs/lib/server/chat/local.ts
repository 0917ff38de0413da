import { setTimeout as wait } from "node:timers/promises";
import { singleton } from "../singleton";
import { type Paragraph, readParagraphs } from "./documents";
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
  const found = await findParagraphs(question, FOUND_PARAGRAPHS);
  const chain = new MarkovChain(found.map(({ text }) => text));
  const invented = Array.from({ length: INVENTED_PARAGRAPHS }, () => chain.write(LEAST_WORDS, Math.random));
  const answer = [`“${found[0]?.page}” says: ${found[0]?.text}`, ...invented].join("\n\n");
  yield* atAPace(answer, signal);
}

/** The same as Markdown, with the pages that it is from and a list of more. */
export async function* writeMarkdown(question: string, signal: AbortSignal): AsyncGenerator<string> {
  const found = await findParagraphs(question, FOUND_PARAGRAPHS);
  const chain = new MarkovChain(found.map(({ text }) => text));
  const pages = [...new Set(found.map(({ page }) => page))].slice(0, 5);
  const answer = [
    `## ${found[0]?.page}`,
    `${found[0]?.text}`,
    `**What it might say**, by ${localName}:`,
    ...Array.from({ length: 2 }, () => `> ${chain.write(LEAST_WORDS, Math.random)}`),
    "### Read on",
    pages.map((page) => `- *${page}*`).join("\n"),
    "```ts\nexport const POST = chat.POST; // this is all that the route has\n```",
  ].join("\n\n");
  yield* atAPace(answer, signal);
}

/** The paragraphs of the documentation that a question is about, the best first. */
export async function findParagraphs(question: string, count: number): Promise<Paragraph[]> {
  library.read ??= readParagraphs().then((paragraphs) => new Library(paragraphs));
  return (await library.read).find(question, count);
}

/** Word by word, as a model writes. */
export async function* atAPace(text: string, signal: AbortSignal): AsyncGenerator<string> {
  for (const token of tokensOf(text)) {
    await wait((1000 / TOKENS_PER_SECOND) * (0.5 + Math.random()), undefined, { signal });
    yield token;
  }
}

/** Pieces of words with the space before them, much as a language model has them. */
function tokensOf(text: string): string[] {
  return text.match(/\s*(?:[\p{L}\p{N}]{1,7}|[^\p{L}\p{N}\s])/gu) ?? [];
}
