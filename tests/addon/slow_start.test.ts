import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { jest } from "@jest/globals";
import { createHub, type Hub } from "../../js/src/server/index.js";
import { attaching, type Listening, until } from "./listening.js";
import { piping } from "./piping.js";
import { RawClient } from "./raw_client.js";

// A socket on which the first chunk does not leave yet: it is corked, as one is that still has an earlier answer to send.

const BACKLOG = 100;
const LINE = "x".repeat(10_000);
const ROOMY = { events: 1_000_000, bytes: 2 ** 26 };
const PATIENCE_MS = 10_000;

const ways: Record<string, (hub: Hub, before: RequestListener) => Promise<Listening<Server>>> = {
  "attached, handed over": (hub, before) => attaching(hub, { channels: ["c"] }, { before }),
  "attached, kept": (hub, before) => attaching(hub, { channels: ["c"], handOver: false }, { before }),
  piped: (hub, before) =>
    piping(hub, { channels: ["c"] }, before as (req: IncomingMessage, res: ServerResponse) => void),
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
  let socket: Socket | null = null;
  const { port, close } = await serve(hub, (_, res) => {
    socket = res.socket;
    socket?.cork();
  });
  const client = new RawClient(port);
  client.request({ headers: { "Last-Event-ID": id ?? "" } });
  await until(() => hub.connectionCount("c") === 1 && (when === "in time" || hasLostPatience));
  let count = BACKLOG;
  const publish = () => hub.publish("c", { event: "e", data: [++count] });
  publish();
  await new Promise((resolve) => setImmediate(resolve));
  expect(hub.stats().takenOver).toBe(0);
  (socket as Socket | null)?.uncork();
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
