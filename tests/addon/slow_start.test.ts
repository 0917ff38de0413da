import type { Server } from "node:http";
import { jest } from "@jest/globals";
import { createHub, type Hub } from "../../js/src/server/index.js";
import { attaching, type Listening, until } from "./listening.js";
import { piping } from "./piping.js";
import { RawClient } from "./raw_client.js";

// A client that does not take its first chunk yet: more than the kernel has room for.

const BACKLOG = 1500;
const LINE = "x".repeat(10_000);
const ROOMY = { events: 1_000_000, bytes: 2 ** 26 };
const PATIENCE_MS = 10_000;

const ways: Record<string, (hub: Hub) => Promise<Listening<Server>>> = {
  "attached, handed over": (hub) => attaching(hub, { channels: ["c"] }),
  "attached, kept": (hub) => attaching(hub, { channels: ["c"], handOver: false }),
  piped: (hub) => piping(hub, { channels: ["c"] }),
};

jest.setTimeout(30_000); // megabytes, on machines that do other things as well

afterEach(() => jest.restoreAllMocks());

const cases = Object.entries(ways).flatMap(([way, serve]) => [
  { way, serve, when: "in time" },
  { way, serve, when: "too late" },
]);

test.each(cases)("is taken over in the end: $way, $when", async ({ way, serve, when }) => {
  let hasLostPatience = false;
  if (when === "too late") {
    const later = setTimeout;
    jest.spyOn(globalThis, "setTimeout").mockImplementation(((call: () => void, ms: number, ...rest: []) => {
      if (ms === PATIENCE_MS) hasLostPatience = true;
      return later(call, ms === PATIENCE_MS ? 0 : ms, ...rest);
    }) as typeof setTimeout);
  }
  const hub = createHub({ name: `slow: ${way} ${when}`, lagGraceMs: 600_000, lag: ROOMY, history: ROOMY });
  const { id } = hub.publish("c", { event: "e", data: 0 });
  for (let n = 1; n <= BACKLOG; n++) hub.publish("c", { event: "e", data: [n, LINE] });
  const { port, close } = await serve(hub);
  const client = new RawClient(port);
  client.socket.pause();
  client.request({ headers: { "Last-Event-ID": id } });
  await until(() => hub.connectionCount("c") === 1 && (when === "in time" || hasLostPatience));
  let count = BACKLOG;
  const publish = () => hub.publish("c", { event: "e", data: [++count] });
  publish();
  await new Promise((resolve) => setImmediate(resolve));
  expect(hub.stats().takenOver).toBe(0);
  client.socket.resume();
  await until(async () => {
    publish();
    await client.untilEvents(count + 1); // the verdict is one
    return hub.stats().takenOver === 1;
  });
  publish();
  await client.untilEvents(count + 1);
  const numbers = client.events.slice(1).map((event) => JSON.parse(event.slice(2))[0]);
  expect(numbers).toEqual(Array.from({ length: count }, (_, n) => n + 1));
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});
