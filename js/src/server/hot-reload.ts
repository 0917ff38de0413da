import { callSites } from "./call-sites.js";
import { environment } from "./environment.js";

/** So far the module that is evaluated is looked for. */
const MOST_FRAMES = 30;
/** What evaluates modules: in Node, and in what webpack and Turbopack make. */
const LOADERS = /^(Module\._compile|__webpack_require__|__webpack_exec__|instantiateModule|instantiateRuntimeModule)$/;
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
  const module = moduleBeingEvaluated(below);
  if (module === undefined) return;
  const store = environment() as { [KEY]?: Map<string, Evaluation> };
  store[KEY] ??= new Map();
  let evaluation = store[KEY].get(module);
  if (evaluation === undefined || evaluation.isOver) {
    for (const endOne of evaluation?.ends ?? []) endOne();
    evaluation = { isOver: false, ends: [] };
    store[KEY].set(module, evaluation);
    const current = evaluation;
    // A module is evaluated at one go, up to its first await.
    queueMicrotask(() => {
      current.isOver = true;
    });
  }
  evaluation.ends.push(end);
}

/** A name that is the same when the module is evaluated again; undefined where none is being evaluated. */
function moduleBeingEvaluated(below: (...args: never[]) => unknown): string | undefined {
  const sites = callSites(below, MOST_FRAMES);
  const loader = sites.findIndex(
    (site) => LOADERS.test(site.getFunctionName() ?? "") || site.getTypeName() === "ModuleJob",
  );
  const site = sites[loader - 1];
  if (site === undefined) return undefined;
  const file = (site.getFileName() ?? site.getEvalOrigin() ?? "").replace(/\?.*/, "");
  const name = site.getFunctionName() ?? "";
  // Turbopack has many modules in one file, all of one name: where it calls us tells them apart.
  const place = name === "module evaluation" ? `:${site.getLineNumber()}:${site.getColumnNumber()}` : "";
  return `${file} ${name}${place}`;
}
