import { readFileSync } from "node:fs";
import { transformSync } from "@swc/core";

const text = readFileSync(new URL("002.md", import.meta.url), "utf8");

/** The blocks of TypeScript in the seed, in order, under the headings that stand before them. */
const blocks = [...text.matchAll(/^#{2,4} (?<heading>[^\n]*)$|^```typescript\n(?<code>.*?)^```/gms)].reduce<
  { heading: string; code: string }[]
>((found, { groups }) => {
  const heading = groups?.heading ?? found.at(-1)?.heading ?? "";
  if (groups?.heading !== undefined) found.push({ heading, code: "" });
  else if (groups?.code !== undefined) found.push({ heading, code: groups.code });
  return found;
}, []);

/** All blocks under a heading, in order. */
export function blocksUnder(heading: string): string[] {
  return blocks.filter((block) => block.heading === heading && block.code !== "").map(({ code }) => code);
}

/**
 * Runs a block unchanged: what it imports is what `modules` has under that name, and what it uses without saying from where
 * is in `surroundings`. Gives its exports, and of `locals` what they are in the end.
 */
export function runBlock(
  code: string,
  modules: Readonly<Record<string, unknown>>,
  surroundings: Readonly<Record<string, unknown>> = {},
  locals: readonly string[] = [],
): Record<string, unknown> {
  const exports: Record<string, unknown> = {};
  const all = { ...surroundings, exports, require: (name: string) => modules[name], module: { exports } };
  const { code: program } = transformSync(code, {
    jsc: {
      target: "es2022",
      parser: { syntax: "typescript", tsx: true },
      transform: { react: { runtime: "automatic" } },
    },
    module: { type: "commonjs" },
  });
  const results = locals.map((name) => `${JSON.stringify(name)}: ${name}`).join(", ");
  const run = new Function(...Object.keys(all), `${program}\nreturn { ...module.exports, ${results} };`);
  return run(...Object.values(all)) as Record<string, unknown>;
}
