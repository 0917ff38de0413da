import type { Network } from "./support/network.js";
import { EAGER, ScenarioFixture } from "./support/scenario-fixture.js";
import type { ScenarioServer } from "./support/scenario-server.js";
import type { Tab } from "./support/tab.js";

const MINUTE = 60_000;
const FIRST_PROBE_MS = 30_000;
const SECOND_PROBE_MS = 60_000;
const PROBE_ENDS_MS = 5000;
const fixture = ScenarioFixture.use();

// Long enough for heartbeats not to come together by chance; and what is held back is not to be taken for silence.
const STREAM = { heartbeat: { everyMs: 1000 }, headers: { "X-Silence-Threshold": "60" } };
const OPTIONS = { ...EAGER, fallback: { everyMs: 200 } };

const isPoll = ({ headers }: { headers: { accept?: string | undefined } }) =>
  headers.accept?.startsWith("application/json");

/** It polls, and everything comes by that. */
async function polls(tab: Tab, server: ScenarioServer): Promise<void> {
  await tab.until(() => tab.last.transport === "polling" && tab.last.state === "connected");
  await server.publish(10);
  await tab.hasReceived(server.published);
  expect(await tab.status()).toMatchObject({
    state: "connected",
    health: "degraded",
    transport: "polling",
    readyState: 1,
  });
  expect(server.asked.filter(isPoll).length).toBeGreaterThan(0);
}

/** It tries to stream while nothing of it comes through, and polls again. */
async function probesInVain(tab: Tab, server: ScenarioServer, network: Network): Promise<void> {
  network.heldHeartbeats = Number.POSITIVE_INFINITY;
  const asked = server.asked.length;
  await tab.skipBetweenPolls(FIRST_PROBE_MS);
  await server.until(() => server.asked.slice(asked).some((request) => !isPoll(request)));
  await server.publish(10);
  await tab.skip(PROBE_ENDS_MS);
  await tab.hasReceived(server.published);
  expect(tab.last.transport).toBe("polling");
}

// 3
test(
  "where a proxy holds the stream back the client polls, and streams again when it can",
  async () => {
    const { server, network, openTab } = await fixture.start({ stream: STREAM });
    const tab = await openTab();
    await tab.connect({ url: "/events", options: OPTIONS, clock: "skipping" });
    await tab.isConnected();
    await server.publish(10);
    await tab.hasReceived(server.published);
    expect(tab.last).toMatchObject({ transport: "stream", health: "healthy" });

    network.heldHeartbeats = 2;
    await polls(tab, server);
    await probesInVain(tab, server, network);

    network.heldHeartbeats = 0;
    await tab.skipBetweenPolls(SECOND_PROBE_MS);
    await tab.until(() => tab.last.transport === "stream");
    await server.publish(10);
    await tab.hasAllOf(server.published);
    expect(new Set(tab.verdicts)).toEqual(new Set(["continued"]));
    expect(tab.errors).toEqual([]);
  },
  MINUTE,
);

test(
  "where no stream gets through the client polls",
  async () => {
    const { server, network, openTab } = await fixture.start({ stream: STREAM });
    network.cutAtChunk = 1;
    const tab = await openTab();
    await tab.connect({ url: "/events", options: OPTIONS, clock: "skipping" });
    await polls(tab, server);
    expect(tab.errors.map(({ code }) => code)).toEqual(Array(3).fill("CONNECTION_FAILED"));

    network.cutAtChunk = Number.POSITIVE_INFINITY;
    await tab.skipBetweenPolls(FIRST_PROBE_MS);
    await tab.until(() => tab.last.transport === "stream");
    await server.publish(10);
    await tab.hasAllOf(server.published);
    expect(new Set(tab.verdicts)).toEqual(new Set(["continued"]));
  },
  MINUTE,
);

test(
  "a server that is started anew says reset to a poll, too",
  async () => {
    const { server, network, openTab } = await fixture.start({ stream: STREAM });
    network.cutAtChunk = 1;
    const tab = await openTab();
    await tab.connect({ url: "/events", options: OPTIONS });
    await polls(tab, server);

    await server.kill();
    await tab.until(() => tab.last.state === "reconnecting");
    await server.restart();
    await polls(tab, server);
    expect(tab.events).toEqual(server.published);
    expect(tab.verdicts).toContain("reset");
    network.cutAtChunk = Number.POSITIVE_INFINITY;
  },
  MINUTE,
);

test(
  "without the option it does not poll, and says that the connection is not well",
  async () => {
    const { server, network, openTab } = await fixture.start({ stream: STREAM });
    const tab = await openTab();
    await tab.connect({ url: "/events", options: EAGER });
    await tab.isConnected();
    network.heldHeartbeats = 2;
    await tab.until(() => tab.last.health === "degraded");
    network.heldHeartbeats = 0;
    await server.publish(10);
    await tab.hasAllOf(server.published);
    expect(server.asked.length).toBe(1);
  },
  MINUTE,
);
