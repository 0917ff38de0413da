import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** A program on a page. */
export interface Block {
  /** Below the page's folder: as its first line says (`// app/news.tsx`), else `block-3.ts`. */
  readonly file: string;
  readonly code: string;
}

export interface Page {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

function page(path: string): Page {
  const text = readFileSync(join(root, path), "utf8");
  const blocks = [...text.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map(([, language = "", code = ""], n) => ({
    file: /^\/\/ ([\w@./[\]-]+\.tsx?)\b/.exec(code)?.[1] ?? `block-${n}.${language}`,
    code,
  }));
  return { path, text, blocks };
}

/** The front page, and those of `docs` that tell users what to do. */
export const pages: readonly Page[] = [
  "README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .map((name) => posix.join("docs", name.replaceAll("\\", "/")))
    .filter((path) => path.endsWith(".md") && !path.startsWith("docs/decisions/"))
    .sort(),
].map(page);

/** What can stand behind `#`: its headings, as GitHub names them. */
function anchorsOf(text: string): Set<string> {
  const withoutCode = text.replace(/^```[\s\S]*?^```$/gm, "");
  const headings = [...withoutCode.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** The page's links within the repository that lead nowhere. */
export function brokenLinks({ path, text }: Page, exists: (path: string) => boolean): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : posix.join(posix.dirname(path), file);
    if (!exists(target)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(join(root, target), "utf8")).has(anchor);
  });
}
