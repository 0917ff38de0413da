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
/** What one evaluation of a module has set up. */
interface Evaluation {
  readonly script: string;
  /** From where in the module something was set up. */
  readonly positions: Set<string>;
  /** It sets things up in this very turn: behind an await of the module's another begins. */
  isAtIt: boolean;
  readonly ends: (() => void)[];
}

/** Who sets something up: a module that is being evaluated. */
interface Caller {
  /** The same when the module is evaluated again. */
  readonly module: string;
  /** Another one when the module was changed. */
  readonly script: string;
  readonly position: string;
  /** What evaluates modules stands above it: this is its first turn. */
  readonly isFirstTurn: boolean;
}

/**
 * Where a module sets something up while it is evaluated, and hot reload evaluates it anew, what the evaluation before set up
 * ends. Does nothing in production, nor for what a function sets up later.
 *
 * @param below - the function that the module has called.
 */
export function replaceOnReload(below: (...args: never[]) => unknown, end: () => void): void {
  if (process.env.NODE_ENV === "production") return;
  const caller = moduleBeingEvaluated(callSites(below, MOST_FRAMES));
  if (caller === undefined) return;
  const evaluations = environment().state("hot reload", () => new Map<string, Evaluation>());
  let evaluation = evaluations.get(caller.module);
  if (evaluation === undefined || !isOf(evaluation, caller)) {
    for (const endOne of evaluation?.ends ?? []) endOne();
    evaluation = { script: caller.script, positions: new Set(), isAtIt: false, ends: [] };
    evaluations.set(caller.module, evaluation);
  }
  evaluation.positions.add(caller.position);
  evaluation.ends.push(end);
  if (!evaluation.isAtIt) untilNextTurn(evaluation);
}

/**
 * Whether the caller belongs to this evaluation. Behind a top-level await the stack does not show it: then it does if the same
 * script calls from a place from which it has not called before.
 */
function isOf({ script, positions, isAtIt }: Evaluation, caller: Caller): boolean {
  return script === caller.script && (isAtIt || !(caller.isFirstTurn || positions.has(caller.position)));
}

/** A module is evaluated at one go, up to its next await. */
function untilNextTurn(evaluation: Evaluation): void {
  evaluation.isAtIt = true;
  queueMicrotask(() => {
    evaluation.isAtIt = false;
  });
}

/** The module that is being evaluated; undefined where none is. */
function moduleBeingEvaluated(sites: readonly NodeJS.CallSite[]): Caller | undefined {
  const loader = sites.findIndex(
    (site) => LOADERS.test(site.getFunctionName() ?? "") || site.getTypeName() === "ModuleJob",
  );
  if (loader >= 0) {
    const site = sites.slice(0, loader).findLast((one) => !RUNTIME.test(one.getFileName() ?? ""));
    return site && callerOf(site, moduleOf(site).name, true);
  }
  // Behind an await of the module's, and an import that waits is one, no loader is on the stack.
  const [site] = sites;
  if (site === undefined) return undefined;
  if (site.getFunctionName() === "eval") return callerOf(site, moduleOf(site).name, false);
  const isCallback = site.getFunctionName() !== null || !CHUNKS.test(site.getFileName() ?? "");
  const { name, line } = isCallback ? {} : moduleOf(site);
  return name !== undefined && line !== undefined && /^\S/.test(line) ? callerOf(site, name, false) : undefined;
}

function callerOf(site: NodeJS.CallSite, module: string, isFirstTurn: boolean): Caller {
  const { getScriptHash } = site as { getScriptHash?: () => string }; // V8's
  const script = getScriptHash?.call(site) ?? fileOf(site);
  return { module, script, position: `${site.getLineNumber()}:${site.getColumnNumber()}`, isFirstTurn };
}

function fileOf(site: NodeJS.CallSite): string {
  return site.getFileName() ?? site.getEvalOrigin() ?? "";
}

/** The module that a call site is in, and its line there, where that is to be seen. */
function moduleOf(site: NodeJS.CallSite): { readonly name: string; readonly line?: string | undefined } {
  const file = fileOf(site);
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
