// What C++ files include, for the layers and for clang-tidy's stamps.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Replaces comments, strings and character literals by spaces, so that lines and columns stay where they are. */
export function codeOnly(text) {
  const blank = (match) => match.replace(/[^\n]/g, " ");
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/(?:\\\n|[^\n])*|R"([^\s()\\]{0,16})\([\s\S]*?\)\1"|"(?:\\[\s\S]|[^"\\\n])*"|(?<![\w])'(?:\\.|[^'\\\n])+'/g,
    blank,
  );
}

/** The includes of a C++ text: { line, name, isAngled }. */
export function includesOf(text) {
  const found = [];
  for (const [index, line] of text.split("\n").entries()) {
    const match = /^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")/.exec(line);
    if (match) found.push({ line: index + 1, name: match[1] ?? match[2], isAngled: match[1] !== undefined });
  }
  return found;
}

/** The file and every file of ours it includes, near or far, looked up beside it and in `folders`. */
export function withIncludes(file, folders, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { name } of includesOf(readFileSync(file, "utf8"))) {
    const header = [dirname(file), ...folders].map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (header !== undefined) withIncludes(header, folders, seen);
  }
  return seen;
}
