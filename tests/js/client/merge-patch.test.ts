import { mergePatch } from "../../../js/src/client/index.js";

// RFC 7396, appendix A, as tests/json/json_document_test.cpp has it.
test.each<[unknown, unknown, unknown]>([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  [undefined, { a: 1 }, { a: 1 }],
])("%j with %j", (state, patch, result) => {
  expect(mergePatch(state, patch)).toEqual(result);
});

test("what the patch does not touch is the same object, and nothing is changed in place", () => {
  const state = Object.freeze({ a: Object.freeze({ n: 1 }), b: Object.freeze({ n: 1 }) });
  const next = mergePatch(state, { b: { n: 2 } });
  expect(next).toEqual({ a: { n: 1 }, b: { n: 2 } });
  expect(next.a).toBe(state.a);
});

test("a name that objects have anyway is one like any other", () => {
  const patch = JSON.parse('{"__proto__":{"admin":true},"constructor":{"x":1}}') as object;
  const next = mergePatch<object>({}, patch);
  expect(Object.getPrototypeOf(next)).toBe(Object.prototype);
  expect((next as { admin?: boolean }).admin).toBeUndefined();
  expect(JSON.stringify(next)).toBe(JSON.stringify(patch));
});
