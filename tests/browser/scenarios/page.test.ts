import type { PageTools } from "./support/page-tools.js";
import { EAGER, ScenarioFixture } from "./support/scenario-fixture.js";

/** Of the page, for what runs there. */
declare const pageTools: PageTools;

const MINUTE = 60_000;
const HOUR = 3_600_000;
const fixture = ScenarioFixture.withRealTabs();

// 9
test(
  "a client that pauses while the page is hidden leaves, and resumes when it is visible",
  async () => {
    const { server, network, openTab } = await fixture.start();
    const tab = await openTab();
    await tab.connect({ url: "/events", options: { ...EAGER, pauseWhenHidden: true } });
    await tab.isConnected();
    await server.publish(10);
    await tab.hasReceived(server.published);

    await openTab({ origin: server.url });
    await server.until(() => server.connections === 0);
    await tab.until(() => tab.last.state === "reconnecting");
    expect(server.reasons).toEqual(["disconnected"]);
    await server.publish(10);
    await tab.page.bringToFront();
    await tab.hasAllOf(server.published);
    expect(tab.verdicts).toEqual(["continued"]);
    expect(tab.states).toEqual(["connected", "reconnecting", "connecting", "connected"]);
    expect(tab.errors).toEqual([]);
    expect(network.cuts).toBe(0);
  },
  MINUTE,
);

test(
  "one that is made in a hidden page waits until that is visible, also when it is made to start again there",
  async () => {
    const { server, openTab } = await fixture.start();
    const tab = await openTab();
    const other = await openTab();
    await tab.connect({ url: "/events", options: { ...EAGER, pauseWhenHidden: true } });
    await tab.until(() => tab.last.state === "reconnecting");
    await tab.page.bringToFront();
    await tab.isConnected();
    await server.publish(10);
    await tab.hasReceived(server.published);

    await tab.page.evaluate(() => pageTools.client.close());
    await other.page.bringToFront();
    await tab.page.evaluate(() => pageTools.client.reconnect());
    await tab.until(() => tab.last.state === "reconnecting");
    await server.publish(10);
    await tab.page.bringToFront();
    await tab.hasAllOf(server.published);
    expect(tab.errors).toEqual([]);
  },
  MINUTE,
);

test(
  "a client that does not, stays and receives in a hidden page",
  async () => {
    const { server, openTab } = await fixture.start();
    const tab = await openTab();
    await tab.connect({ url: "/events", options: EAGER });
    await tab.isConnected();
    const other = await openTab();
    await server.publish(10);
    await tab.hasReceived(server.published);
    await other.page.close();
    await server.publish(10);
    await tab.hasAllOf(server.published);
    expect(tab.states).toEqual(["connected"]);
  },
  MINUTE,
);

// 5
describe("a page that is frozen for an hour", () => {
  async function frozen(isCut: boolean) {
    const { server, network, openTab } = await fixture.start();
    const tab = await openTab();
    await tab.connect({ url: "/events", options: EAGER, clock: "skipping" });
    await tab.isConnected();
    await server.publish(10);
    await tab.hasReceived(server.published);
    const before = tab.seen.length;

    await tab.sleepWhenFrozen(HOUR);
    await openTab();
    const cdp = await tab.cdp();
    await cdp.send("Page.setWebLifecycleState", { state: "frozen" });
    await server.publish(1000);
    if (isCut) {
      network.cut();
      await server.until(() => server.connections === 0);
    }
    expect(tab.seen.length).toBe(before);
    await cdp.send("Page.setWebLifecycleState", { state: "active" });
    await tab.hasReceived(server.published);
    await tab.page.bringToFront();
    await server.publish(10);
    await tab.hasAllOf(server.published);
    return { server, tab };
  }

  test(
    "has everything when it is thawed, from the connection that it had",
    async () => {
      const { server, tab } = await frozen(false);
      expect(tab.errors).toEqual([]);
      expect(tab.states).toEqual(["connected"]);
      expect(server.asked.length).toBe(1);
    },
    MINUTE,
  );

  test(
    "resumes when it is thawed, where its connection was cut",
    async () => {
      const { server, tab } = await frozen(true);
      expect(tab.errors.map(({ code }) => code)).toEqual(["CONNECTION_FAILED"]);
      expect(tab.verdicts).toEqual(["continued"]);
      expect(server.asked.length).toBe(2);
    },
    MINUTE,
  );
});
