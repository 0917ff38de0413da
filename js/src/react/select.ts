/** A value that the last commit showed, to be shown again where a new one is equal. */
export interface Shown<Value> {
  current: { readonly value: Value } | undefined;
}

/**
 * Makes `select` fit for `useSyncExternalStore`: computed once per source, and the same reference while the result is
 * shallowly equal.
 */
export function createSelector<Source, Value>(
  select: (source: Source) => Value,
  shown: Shown<Value>,
): (source: Source) => Value {
  let memo: { readonly source: Source; readonly value: Value } | undefined;
  return (source) => {
    if (memo && Object.is(memo.source, source)) return memo.value;
    const value = select(source);
    const before = memo ?? shown.current;
    memo = { source, value: before && isShallowEqual(before.value, value) ? before.value : value };
    return memo.value;
  };
}

function isShallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isPlain(a) || !isPlain(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && Object.is(a[name], b[name]))
  );
}

/** What is all in its members: not so a Map or a Date. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}
