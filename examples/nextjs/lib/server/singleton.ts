/** One object in the process: Next.js may load a module once for each route. */
export function singleton<Value>(name: string, make: () => Value): Value {
  const key = Symbol.for(`millrace-demo.${name}`);
  const store = globalThis as { [key: symbol]: Value | undefined };
  store[key] ??= make();
  return store[key];
}
