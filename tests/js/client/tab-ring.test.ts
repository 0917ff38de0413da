import { TabRing } from "../../../js/src/client/tab-ring.js";

const event = (lastEventId: string, hasOwnId = true) => ({ type: "message", data: "x", lastEventId, hasOwnId });
const idsAfter = (ring: TabRing, cursor: string) => ring.after(cursor).events.map(({ lastEventId }) => lastEventId);

test("events with an id that did not move the cursor are there for a tab at that cursor", () => {
  const ring = new TabRing();
  ring.add([event("e.1"), event("\u0001"), event("\u0001", false)], "e.1");
  expect(ring.after("e.1")).toEqual({ events: [event("\u0001"), event("\u0001", false)], hasGap: false });
  ring.add([event("e.2")], "e.2");
  expect(idsAfter(ring, "e.1")).toEqual(["\u0001", "\u0001", "e.2"]);
  expect(idsAfter(ring, "e.2")).toEqual([]);
});

test("a tab at a cursor that no event had lacks nothing", () => {
  const ring = new TabRing();
  ring.add([event("e.1")], "e.5");
  expect(ring.after("e.5")).toEqual({ events: [], hasGap: false });
  expect(idsAfter(ring, "")).toEqual(["e.1"]);
});
