import { createSelector, type Shown } from "../../../js/src/react/select.js";

test("computed once per source", () => {
  let calls = 0;
  const select = createSelector(
    (source: { n: number }) => {
      calls++;
      return [source.n];
    },
    { current: undefined },
  );
  const source = { n: 1 };
  expect(select(source)).toBe(select(source));
  expect(calls).toBe(1);
});

test.each([
  ["object", { a: 1, b: undefined }, { a: 1, b: undefined }, true],
  ["array", [1, 2], [1, 2], true],
  ["NaN", Number.NaN, Number.NaN, true],
  ["another value", { a: 1 }, { a: 2 }, false],
  ["another name", { a: undefined }, { b: undefined }, false],
  ["longer", [1], [1, 2], false],
  ["array and object", [], {}, false],
  ["null and object", null, {}, false],
  ["what is not all in its members", new Map([[1, 2]]), new Map([[1, 3]]), false],
])("keeps the reference only of what is equal: %s", (_, first, second, isKept) => {
  const select = createSelector((source: { value: unknown }) => source.value, { current: undefined });
  const before = select({ value: first });
  expect(Object.is(select({ value: second }), before)).toBe(isKept);
});

test("a new selector keeps what the last one showed", () => {
  const shown: Shown<number[]> = { current: { value: [1] } };
  const select = createSelector((source: number) => [source], shown);
  expect(select(1)).toBe(shown.current?.value);
  expect(select(2)).toEqual([2]);
});
