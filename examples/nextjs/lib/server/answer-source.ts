import type { AnswerSource } from "millrace";
import { writeLocally } from "./chat/local";

const FLOOD_LINES = 5000;

/** What answers: a text at a model's pace, all of it at once, or one that breaks off. */
export function sourceOf(kind: string | null): AnswerSource {
  if (kind === "flood") return flood;
  return kind === "failing" ? failing : ({ query, signal }) => withSource(writeLocally(query, signal));
}

async function* withSource(texts: AsyncIterable<string>) {
  for await (const text of texts) yield text;
  yield { text: "", sources: ["The Next.js documentation"] };
}

async function* flood({ query }: { query: string }) {
  for (let n = 1; n <= FLOOD_LINES; n++) yield `${n}. ${query}\n`;
}

async function* failing({ query, signal }: { query: string; signal: AbortSignal }) {
  let count = 0;
  for await (const text of writeLocally(query, signal)) {
    if (++count > 20) throw new Error("The model has lost its thread");
    yield text;
  }
}
