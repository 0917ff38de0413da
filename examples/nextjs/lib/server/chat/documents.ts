import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface Paragraph {
  readonly page: string;
  readonly text: string;
}

const DOCS = "node_modules/next/dist/docs";
const SHORTEST_PARAGRAPH = 60;

/** The prose of the Next.js documentation that ships with Next.js, by paragraphs. */
export async function readParagraphs(): Promise<Paragraph[]> {
  const folder = findDocs();
  const names = await readdir(/* turbopackIgnore: true */ folder, { recursive: true });
  const pages = names.filter((name) => /\.mdx?$/.test(name)).sort();
  const texts = await Promise.all(
    pages.map((name) => readFile(join(/* turbopackIgnore: true */ folder, name), "utf8")),
  );
  return texts.flatMap(toParagraphs);
}

/** Upwards from where the server runs: package managers put packages on different levels. */
function findDocs(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const docs = join(/* turbopackIgnore: true */ folder, DOCS);
    if (existsSync(docs)) return docs;
    if (folder === dirname(folder)) throw new Error(`No ${DOCS} above ${process.cwd()}`);
  }
}

function toParagraphs(markdown: string): Paragraph[] {
  const page = /^title:\s*(.+)$/m.exec(markdown)?.[1]?.replace(/^["']|["']$/g, "") ?? "Next.js";
  return markdown
    .replace(/^---\n.*?\n---\n/s, "")
    .replace(/\{\/\*.*?\*\/\}/gs, "")
    .replace(/^ *```.*?^ *```/gms, "\n\n")
    .split(/\n\s*\n/)
    .filter((block) => !/^\s*([#|<>]|[-*] |\d+\. |!\[)/.test(block))
    .map((block) => ({ page, text: toProse(block) }))
    .filter(({ text }) => text.length >= SHORTEST_PARAGRAPH && /[.!?]$/.test(text));
}

/** Without Markdown's links, emphasis, code marks and tags. */
function toProse(block: string): string {
  return block
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<\/?[A-Za-z][^>]*>/g, "")
    .replace(/\*\*|`/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
