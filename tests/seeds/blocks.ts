import { readFileSync } from "node:fs";
import { transformSync } from "@swc/core";

/** The blocks of TypeScript in a seed, in order, under the headings that stand before them. */
function blocksOf(file: string): { heading: string; code: string }[] {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return [...text.matchAll(/^#{2,4} (?<heading>[^\n]*)$|^```typescript\n(?<code>.*?)^```/gms)].reduce<
    { heading: string; code: string }[]
  >((found, { groups }) => {
    const heading = groups?.heading ?? found.at(-1)?.heading ?? "";
    if (groups?.heading !== undefined) found.push({ heading, code: "" });
    else if (groups?.code !== undefined) found.push({ heading, code: groups.code });
    return found;
  }, []);
}

const blocks = blocksOf("002.md");

/** The one block of a seed with this text. */
export function blockWith(seed: string, text: string): string {
  const found = blocksOf(`${seed}.txt`).filter(({ code }) => code.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${seed} have ${JSON.stringify(text)}`);
  return found[0]?.code ?? "";
}

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
  const all = surroundingsOf(modules, surroundings);
  const results = locals.map((name) => `${JSON.stringify(name)}: ${name}`).join(", ");
  const run = new Function(...Object.keys(all), `${compiled(code)}\nreturn { ...module.exports, ${results} };`);
  return run(...Object.values(all)) as Record<string, unknown>;
}

/** The same of a block that waits, as a method of `self`. */
export async function runMethod(
  code: string,
  self: object,
  surroundings: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { code: program } = transformSync(`async function method(this: any) {\n${code}\n}`, {
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    isModule: false,
  });
  const method = new Function(...Object.keys(surroundings), `${program}\nreturn method;`)(
    ...Object.values(surroundings),
  );
  await (method as () => Promise<void>).call(self);
}

function surroundingsOf(modules: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>>) {
  const exports: Record<string, unknown> = {};
  return { ...more, exports, require: (name: string) => modules[name], module: { exports } };
}

function compiled(code: string): string {
  return transformSync(code, {
    jsc: {
      target: "es2022",
      parser: { syntax: "typescript", tsx: true },
      transform: { react: { runtime: "automatic" } },
    },
    module: { type: "commonjs" },
  }).code;
}
