import { TabLog } from "../../../../js/src/client/tabs/tab-log.js";

const event = (lastEventId: string, hasOwnId = true, type = "message") => ({ type, data: "x", lastEventId, hasOwnId });
const idsAfter = (log: TabLog, cursor: string) =>
  log.after(undefined, cursor).events.map(({ lastEventId }) => lastEventId);

test("events with an id that did not move the cursor are there for a tab at that cursor", () => {
  const log = new TabLog();
  log.add([event("e.1"), event("\u0001"), event("\u0001", false)], "e.1");
  expect(log.after(undefined, "e.1")).toMatchObject({
    events: [event("\u0001"), event("\u0001", false)],
    isBehind: false,
  });
  log.add([event("e.2")], "e.2");
  expect(idsAfter(log, "e.1")).toEqual(["\u0001", "\u0001", "e.2"]);
  expect(idsAfter(log, "e.2")).toEqual([]);
});

test("a tab at a cursor that no event had lacks nothing", () => {
  const log = new TabLog();
  log.add([event("e.1")], "e.5");
  expect(log.after(undefined, "e.5")).toMatchObject({ events: [], isBehind: false });
  expect(idsAfter(log, "e.1")).toEqual([]);
  expect(idsAfter(log, "")).toEqual(["e.1"]);
});

test("one between two events gets those behind it, and one before the first is behind", () => {
  const log = new TabLog();
  log.add([], "e.10");
  log.add([event("e.20"), event("e.30")], "e.30");
  expect(log.after(undefined, "e.25")).toMatchObject({ events: [event("e.30")], isBehind: false });
  expect(log.after(undefined, "e.15")).toMatchObject({ events: [event("e.20"), event("e.30")], isBehind: false });
  expect(log.after(undefined, "e.9")).toMatchObject({ isBehind: true });
  expect(log.after(undefined, "of another server")).toMatchObject({ isBehind: true });
});

test("a place is counted in a leader's term, through the terms of others", () => {
  const log = new TabLog();
  log.begin("first", 5);
  log.add([event("", false), event("", false)], "");
  expect(log.place).toEqual({ term: "first", at: 7 });
  log.begin("second");
  log.add([event("", false)], "");
  const after = (term: string, at: number) => {
    const { events, isBehind } = log.after({ term, at }, "");
    return [events.length, isBehind];
  };
  expect(after("first", 5)).toEqual([3, false]);
  expect(after("first", 7)).toEqual([1, false]);
  expect(after("first", 9)).toEqual([1, false]); // its leader told it more
  expect(after("first", 4)).toEqual([3, true]);
  expect(after("second", 1)).toEqual([0, false]);
  expect(after("unknown", 1)).toEqual([3, false]);
});

test("what was told of the connection is for those who follow, and no news for a new tab", () => {
  const log = new TabLog();
  log.begin("term");
  log.add([event("e.1", false, "millrace.begin"), event("e.1", false, "millrace.resume"), event("e.2")], "e.2");
  expect(log.after({ term: "term", at: 0 }, "").events).toHaveLength(3);
  expect(log.after(undefined, "")).toMatchObject({ events: [event("e.2")], at: 2, beginning: "x" });
});

test("it is bounded in events, and in what they hold", () => {
  const log = new TabLog();
  log.begin("term");
  const large = { ...event("", false), data: "x".repeat(1024 * 1024) };
  for (let n = 0; n < 10; n++) log.add([large], "");
  expect(log.after({ term: "term", at: 0 }, "")).toMatchObject({ isBehind: true });
  expect(log.after({ term: "term", at: 0 }, "").events).toHaveLength(3);
  expect(log.after({ term: "term", at: 7 }, "")).toMatchObject({ isBehind: false });
  log.add([{ ...large, data: "x".repeat(5 * 1024 * 1024) }], "");
  expect(log.after({ term: "term", at: 0 }, "").events).toEqual([]);
  log.add(
    Array.from({ length: 5000 }, () => event("", false)),
    "",
  );
  expect(log.after({ term: "term", at: 0 }, "").events).toHaveLength(1000);
  expect(log.place).toEqual({ term: "term", at: 5011 });
});
