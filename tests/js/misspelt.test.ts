import { requireKnown, requireOneOf } from "../../js/src/shared/misspelt.js";

const NAMES = { history: true, heartbeat: true, retryMs: true, events: true } as const;
const check = (options: object) => () => requireKnown("createHub", options as never, NAMES as never);

test.each([
  ["histroy", "history"],
  ["History", "history"],
  ["heartBeat", "heartbeat"],
  ["heartbeats", "heartbeat"],
  ["retry", "retryMs"],
  ["retryMS", "retryMs"],
  ["event", "events"],
  ["vents", "events"],
])("%s is most likely %s", (name, nearest) => {
  expect(check({ history: 1, [name]: 1 })).toThrow(
    new TypeError(`createHub has no option "${name}": is it "${nearest}"?`),
  );
});

test.each(["policies", "x", "", "toString", "constructor"])("nothing is like %j: all there are", (name) => {
  expect(check({ [name]: 1 })).toThrow(
    new TypeError(`createHub has no option "${name}"; it has events, heartbeat, history, retryMs`),
  );
});

test("__proto__ of JSON is misspelt, too, and one that is undefined, and one of a name that is long", () => {
  expect(check(JSON.parse('{"__proto__": 1}'))).toThrow(TypeError);
  expect(check({ histroy: undefined })).toThrow(TypeError);
  expect(check({ ["x".repeat(10_000)]: 1 })).toThrow(TypeError);
});

test("what is known passes, and what is inherited is nobody's", () => {
  expect(check({})).not.toThrow();
  expect(check({ history: 1, heartbeat: undefined })).not.toThrow();
  expect(check(Object.create({ histroy: 1 }))).not.toThrow();
});

test.each([
  ["closed", 'onEnd cannot be "closed": is it "close"?'],
  ["Reconnect", 'onEnd cannot be "Reconnect": is it "reconnect"?'],
  ["never", 'onEnd cannot be "never"; it is one of "close", "reconnect"'],
  [5, 'onEnd cannot be 5; it is one of "close", "reconnect"'],
  [null, 'onEnd cannot be null; it is one of "close", "reconnect"'],
])("a value that is none of a few: %j", (value, message) => {
  expect(() => requireOneOf("onEnd", value, ["close", "reconnect"])).toThrow(new TypeError(message));
  expect(() => requireOneOf("onEnd", "close", ["close", "reconnect"])).not.toThrow();
});
