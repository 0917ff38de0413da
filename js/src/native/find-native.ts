import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { NativeModule } from "./binding.js";

/** The addon's entry, from the folder of the module that loads it; see js/native. */
const ENTRY = "../../native/index.cjs";
const NODE_MODULES = "/node_modules/";

/**
 * Finds the addon by its place in the package, also where a bundler has moved Millrace's code:
 *
 * - beside the module itself: in Node, and in what Turbopack makes, which computes `import.meta.url` when it runs;
 * - in a build by webpack that has moved, where `import.meta.url` still is the address at build time: at the same path below a
 *   folder that holds the bundle;
 * - where Node finds `millrace` from the bundle: what esbuild makes, with the package installed beside it;
 * - as `millrace.node` in the bundle's own folder.
 *
 * @param module - The address of `load-native`, as the bundler gives it; undefined where it gives none.
 * @param bundle - The file that runs, or its address.
 */
export function findNative(module: string | undefined, bundle: string): NativeModule {
  let found: NativeModule | undefined;
  const isFound = (load: () => NativeModule): boolean => {
    try {
      const loaded = load();
      if (loaded.binding !== null) found = loaded;
      // An entry without a binary knows best why; the search goes on.
      else found ??= loaded;
      return loaded.binding !== null;
    } catch {
      return false;
    }
  };
  const { href } = /^file:/.test(bundle) ? new URL(bundle) : pathToFileURL(bundle);
  const isHere = addresses(module, href).some((address) => isFound(() => createRequire(address)(ENTRY)));
  if (!isHere && !isFound(() => createRequire(href)("millrace/native"))) {
    isFound(() => ({ binding: createRequire(href)("./millrace.node"), error: null, target: target() }));
  }
  const missingIn = fileURLToPath(new URL(".", href));
  return found ?? { binding: null, error: new Error(`none is near ${missingIn}`), target: target(), missingIn };
}

const target = () => `${process.platform}-${process.arch}`;

/**
 * Where the module that loads the addon may lie: what has moved goes before what was there at build time. What a bundler has
 * made itself has another name.
 */
function addresses(module: string | undefined, bundle: string): string[] {
  if (module === undefined || !/\/native\/load-native(-cjs)?\.[jt]s$/.test(module)) return [];
  const tail = module.indexOf(NODE_MODULES);
  const all: string[] = [];
  if (tail < 0 || module === bundle) return [module];
  for (let end = bundle.lastIndexOf("/"); end > "file://".length; end = bundle.lastIndexOf("/", end - 1)) {
    all.push(bundle.slice(0, end) + module.slice(tail));
  }
  return [...all, module];
}
