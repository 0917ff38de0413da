import { callSites } from "./call-sites.js";
import { environment } from "./environment.js";

/** So far the module that is evaluated is looked for. */
const MOST_FRAMES = 30;
/** What evaluates modules: in Node, and in what webpack and Turbopack make. */
const LOADERS = /^(Module\._compile|__webpack_require__|__webpack_exec__|instantiateModuleShared|instantiateModule)$/;
const RUNTIME = /\[turbopack\]_runtime/;
/** Where Turbopack puts its files, in whatever `distDir`. */
const CHUNKS = /[\\/]server[\\/]chunks[\\/]/;
/** How a module begins in a file that Turbopack has made. */
const MODULE_START = /^"(\[[^"]+)", \(/;
/** One in a thread; development only. */
const KEY = Symbol.for("millrace.modules.1");

/** What one evaluation of a module has set up. */
interface Evaluation {
  isOver: boolean;
  readonly ends: (() => void)[];
}

/**
 * Where a module sets something up while it is evaluated, and hot reload evaluates it anew, what the evaluation before set up
 * ends. Does nothing in production, nor for what a function sets up later.
 *
 * @param below - the function that the module has called.
 */
export function replaceOnReload(below: (...args: never[]) => unknown, end: () => void): void {
  if (process.env.NODE_ENV === "production") return;
  const module = moduleBeingEvaluated(callSites(below, MOST_FRAMES));
  if (module === undefined) return;
  const store = environment() as { [KEY]?: Map<string, Evaluation> };
  store[KEY] ??= new Map();
  let evaluation = store[KEY].get(module);
  if (evaluation === undefined || evaluation.isOver) {
    for (const endOne of evaluation?.ends ?? []) endOne();
    evaluation = { isOver: false, ends: [] };
    store[KEY].set(module, evaluation);
    const current = evaluation;
    // A module is evaluated at one go, up to its next await.
    queueMicrotask(() => {
      current.isOver = true;
    });
  }
  evaluation.ends.push(end);
}

/** A name that is the same when the module is evaluated again; undefined where none is being evaluated. */
function moduleBeingEvaluated(sites: readonly NodeJS.CallSite[]): string | undefined {
  const loader = sites.findIndex(
    (site) => LOADERS.test(site.getFunctionName() ?? "") || site.getTypeName() === "ModuleJob",
  );
  if (loader >= 0) {
    const site = sites.slice(0, loader).findLast((one) => !RUNTIME.test(one.getFileName() ?? ""));
    return site && moduleOf(site).name;
  }
  // Behind an await of the module's, which imports that wait are, too, nobody stands above it.
  const [site] = sites;
  if (site === undefined) return undefined;
  if (site.getFunctionName() === "eval") return moduleOf(site).name;
  const isCallback = site.getFunctionName() !== null || !CHUNKS.test(site.getFileName() ?? "");
  const { name, line } = isCallback ? {} : moduleOf(site);
  return line !== undefined && /^\S/.test(line) ? name : undefined;
}

/** The module that a call site is in, and its line there, where that is to be seen. */
function moduleOf(site: NodeJS.CallSite): { readonly name: string; readonly line?: string | undefined } {
  const file = site.getFileName() ?? site.getEvalOrigin() ?? "";
  const id = /\?id=([^&]*)/.exec(file)?.[1]; // Turbopack, once it was changed
  if (id !== undefined) return { name: decodeURIComponent(id.replaceAll("+", " ")) };
  if (!CHUNKS.test(file)) return { name: file };
  try {
    const number = site.getLineNumber() ?? 0;
    const { readFileSync } = process.getBuiltinModule("node:fs");
    const lines = readFileSync(file, "utf8").split("\n", number);
    const start = lines.findLast((line) => MODULE_START.test(line));
    const name = (start && MODULE_START.exec(start)?.[1]) ?? `${file} ${site.getFunctionName()}`;
    return { name, line: lines[number - 1] };
  } catch {
    return { name: `${file} ${site.getFunctionName()}` };
  }
}
