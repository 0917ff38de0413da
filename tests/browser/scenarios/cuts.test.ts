import { EAGER, ScenarioFixture } from "./support/scenario-fixture.js";

const MINUTE = 60_000;
const CUTS = 8;
const fixture = ScenarioFixture.use();

const FORBIDS_WASM = "script-src 'self'";

interface Way {
  readonly name: string;
  readonly way?: "attach" | "response";
  readonly fromElsewhere?: boolean;
  readonly policy?: string;
  readonly implementation?: "wasm" | "javascript";
}

// 4 and 13: a proxy that gives no connection more than a few chunks.
test.each<Way>([
  { name: "hub.attach" },
  { name: "hub.response", way: "response" },
  { name: "another origin", fromElsewhere: true },
  { name: "a page without WebAssembly", policy: FORBIDS_WASM, implementation: "javascript" },
])(
  "everything arrives once though every connection is cut: $name",
  async ({ way = "attach", fromElsewhere = false, policy, implementation = "wasm" }) => {
    const { server, network, openTab } = await fixture.start({ way, allowsOrigins: fromElsewhere });
    const tab = await openTab({ origin: fromElsewhere ? server.url : network.url, ...(policy && { policy }) });
    await tab.connect({ url: `${network.url}/events`, options: EAGER });
    await tab.isConnected();
    network.cutAtChunk = 4;
    while (network.cuts < CUTS) {
      await server.publish(5);
      await tab.hasReceived(server.published);
    }
    network.cutAtChunk = Number.POSITIVE_INFINITY;

    await tab.hasAllOf(server.published);
    expect(tab.verdicts).toEqual(Array(network.cuts).fill("continued"));
    expect(tab.errors.map(({ code }) => code)).toEqual(Array(network.cuts).fill("CONNECTION_FAILED"));
    expect(new Set(tab.states)).toEqual(new Set(["reconnecting", "connecting", "connected"]));
    expect(tab.last.implementation).toBe(implementation);
    expect(server.preflights).toEqual([]); // from elsewhere, the cursor goes into the query
  },
  MINUTE,
);

test(
  "what the history no longer holds is told as a gap, and everything after it arrives",
  async () => {
    const { server, network, openTab } = await fixture.start({ hub: { history: { events: 10 } } });
    const tab = await openTab();
    await tab.connect({ url: "/events", options: EAGER });
    await tab.isConnected();
    await server.publish(5);
    await tab.hasReceived(server.published);
    const before = [...server.published];
    network.goDown();
    await server.until(() => server.connections === 0);
    await server.publish(100);
    network.comeBack();
    await tab.hasReceived(server.published);
    await server.publish(5);

    const afterGap = tab.events[before.length];
    const from = server.published.findIndex(({ id }) => id === afterGap?.id);
    expect(from).toBeGreaterThan(before.length);
    await tab.hasAllOf([...before, ...server.published.slice(from)]);
    expect(tab.verdicts).toEqual(["gap"]);
  },
  MINUTE,
);
