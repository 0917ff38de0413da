import { createHub, type HubOptions } from "../../js/src/server/index.js";

let count = 0;

/** What is said when a hub is made with the one, and then with the other. */
function saidOf(before: object, after: object): string[] {
  const said: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => said.push(text);
  const name = `declared ${++count}`;
  createHub({ name, ...before } as HubOptions);
  createHub({ name, ...after } as HubOptions);
  console.warn = warn;
  return said;
}

const beat = (data: unknown) => ({ heartbeat: { event: "beat", data } });

class Own {
  constructor(readonly a: number) {}
}

test.each([
  ["a number and its text", beat(1), beat("1"), "heartbeat.data"],
  ["null and its text", beat(null), beat("null"), "heartbeat.data"],
  ["an object and its text", beat({ a: 1 }), beat('{"a":1}'), "heartbeat.data"],
  ["objects of other members", beat({ a: 1 }), beat({ b: 2 }), "heartbeat.data"],
  ["an object and one of more members", beat({ a: 1 }), beat({ a: 1, b: 2 }), "heartbeat.data"],
  ["objects that differ within", beat({ a: { b: [1] } }), beat({ a: { b: ["1"] } }), "heartbeat.data"],
  ["an object and a list", beat({}), beat([]), "heartbeat.data"],
  ["other lists", beat([1, 2]), beat([2, 1]), "heartbeat.data"],
  ["a heartbeat and none", beat(1), { heartbeat: false }, "heartbeat"],
  ["other numbers", { limits: { perUser: 5 } }, { limits: { perUser: Infinity } }, "limits.perUser"],
])("%s are not the same", (_what, before, after, named) => {
  expect(saidOf(before, after)).toEqual([expect.stringContaining(`was made with another ${named} before`)]);
});

test.each([
  ["equal numbers", beat(1), beat(1)],
  ["members in another order", beat({ a: 1, b: { c: 2, d: 3 } }), beat({ b: { d: 3, c: 2 }, a: 1 })],
  ["what only the first says", { limits: { perUser: 5 } }, { limits: { channels: 9 } }],
  ["functions", beat({ toJSON: () => 1 }), beat({ toJSON: () => 2 })],
  ["instances", beat(new Own(1)), beat(new Own(2))],
  ["instances within", beat({ at: new Date(0) }), beat({ at: new Date(1) })],
])("%s are no contradiction", (_what, before, after) => {
  expect(saidOf(before, after)).toEqual([]);
});
