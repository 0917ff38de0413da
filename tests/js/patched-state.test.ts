// Patches applied to a state of which views are shown: as mergePatch has it, and what was shown never changes.
import { mergePatch } from "../../js/src/client/index.js";
import { PatchedState } from "../../js/src/shared/patched-state.js";

let seed = 7;
const below = (bound: number) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * bound);
};
const NAMES = ["a", "b", "c", "__proto__", "constructor", "length"];

function draw(depth: number): unknown {
  const kind = below(depth > 0 ? 6 : 4);
  if (kind === 0) return null;
  if (kind === 1) return below(10);
  if (kind === 2) return [below(3), { a: null }];
  if (kind === 3) return "text";
  return drawObject(depth - 1);
}

function drawObject(depth: number): object {
  return Object.fromEntries(Array.from({ length: below(4) }, () => [NAMES[below(NAMES.length)], draw(depth)]));
}

test("any patches lead to what mergePatch makes of them, and views stay as they were", () => {
  for (let round = 0; round < 500; round++) {
    let expected = drawObject(3);
    const state = new PatchedState(expected);
    const shown: [view: object, text: string][] = [];
    for (let step = 0; step < 20; step++) {
      const patch = drawObject(3);
      expected = mergePatch(expected, patch);
      state.patch(patch);
      if (below(3) > 0) continue;
      const view = state.view();
      expect(JSON.stringify(view)).toBe(JSON.stringify(expected));
      shown.push([view, JSON.stringify(view)]);
    }
    expect(shown.map(([view]) => JSON.stringify(view))).toEqual(shown.map(([, text]) => text));
  }
});

test("what a patch does not touch stays the same object", () => {
  const state = new PatchedState<{ a: object; b: { c?: number } }>({ a: {}, b: {} });
  const before = state.view();
  state.patch({ b: { c: 1 } });
  const after = state.view();
  expect([after === before, after.a === before.a, after.b === before.b]).toEqual([false, true, false]);
  expect(state.view()).toBe(after);
});
