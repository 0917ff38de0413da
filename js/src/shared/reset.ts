/** One in a realm, however often this module is loaded. */
const KEY = Symbol.for("millrace.reset.1");

function forgets(): Set<() => void> {
  const store = globalThis as { [KEY]?: Set<() => void> };
  store[KEY] ??= new Set();
  return store[KEY];
}

/** Has what outlives a component, or a test, forgotten when somebody asks for that. */
export function onReset(forget: () => void): void {
  forgets().add(forget);
}

/** Forgets what is left over. */
export function reset(): void {
  for (const forget of forgets()) forget();
}
