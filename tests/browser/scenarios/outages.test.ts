import { EAGER, ScenarioFixture } from "./support/scenario-fixture.js";

const MINUTE = 60_000;
const fixture = ScenarioFixture.use();

// 1
test(
  "a server that is killed and started anew says reset, and everything new arrives",
  async () => {
    const { server, openTab } = await fixture.start();
    const tab = await openTab({ origin: server.url });
    await tab.connect({ url: "/events", options: EAGER });
    await tab.isConnected();
    await server.publish(10);
    await tab.hasAllOf(server.published);

    await server.kill();
    await tab.until(() => tab.last.health === "critical");
    await server.restart();
    await server.publish(10);
    await tab.hasReceived(server.published);
    await server.publish(10);
    await tab.hasAllOf(server.published);
    expect(tab.verdicts).toEqual(["reset"]);
    expect(new Set(tab.errors.map(({ code }) => code))).toEqual(new Set(["CONNECTION_FAILED"]));
    expect(tab.healths.slice(0, 3)).toEqual(["healthy", "degraded", "critical"]);
  },
  MINUTE,
);

// 2
describe("a page that is offline", () => {
  test(
    "waits until it is online again, and resumes at once",
    async () => {
      const { server, network, openTab } = await fixture.start();
      const tab = await openTab();
      // Its backoff is the usual one: only the page's event can bring it back before the deadline.
      await tab.connect({ url: "/events", options: { retry: { baseMs: 60_000, maxMs: 300_000 } } });
      await tab.isConnected();
      await server.publish(10);
      await tab.hasReceived(server.published);

      await tab.page.context().setOffline(true);
      network.cut();
      await tab.until(() => tab.last.state === "reconnecting" && tab.last.health === "critical");
      await server.publish(10);
      const asked = server.asked.length;
      await tab.page.context().setOffline(false);
      await tab.hasAllOf(server.published);
      expect(tab.verdicts).toEqual(["continued"]);
      expect(server.asked.length).toBe(asked + 1);
    },
    MINUTE,
  );

  test(
    "keeps the connection that it has where that is not cut",
    async () => {
      const { server, openTab } = await fixture.start();
      const tab = await openTab();
      await tab.connect({ url: "/events", options: EAGER });
      await tab.isConnected();
      await tab.page.context().setOffline(true);
      await server.publish(10);
      await tab.hasReceived(server.published);
      await tab.page.context().setOffline(false);
      await server.publish(10);
      await tab.hasAllOf(server.published);
      expect(tab.errors).toEqual([]);
    },
    MINUTE,
  );

  test(
    "waits from the beginning, where the client is made in one",
    async () => {
      const { server, openTab } = await fixture.start();
      const tab = await openTab();
      await tab.page.context().setOffline(true);
      await tab.connect({ url: "/events", options: { retry: { baseMs: 60_000, maxMs: 300_000 } } });
      await tab.until(() => tab.last.state === "reconnecting" && tab.last.health === "critical");
      await tab.page.context().setOffline(false);
      await tab.isConnected();
      await server.publish(10);
      await tab.hasAllOf(server.published);
      expect(server.asked.length).toBe(1);
    },
    MINUTE,
  );

  test(
    "tries at once when it is online, though it had given up for a while",
    async () => {
      const { server, network, openTab } = await fixture.start();
      const tab = await openTab();
      await tab.connect({ url: "/events", options: { ...EAGER, breaker: { failures: 3, coolDownMs: 3_600_000 } } });
      await tab.isConnected();
      await server.publish(10);
      await tab.hasReceived(server.published);

      network.goDown();
      await tab.until(() => tab.last.attempts === 3); // the first of them had an open connection
      await tab.page.context().setOffline(true);
      await server.publish(10);
      network.comeBack();
      await tab.page.context().setOffline(false);
      await tab.hasAllOf(server.published);
      expect(tab.verdicts).toEqual(["continued"]);
      expect(tab.healths).toEqual(["healthy", "degraded", "critical", "healthy"]);
    },
    MINUTE,
  );
});

// 8
describe("a connection that falls silent without an end", () => {
  test(
    "is dropped when three heartbeats are missing, and resumed",
    async () => {
      const { server, network, openTab } = await fixture.start({ stream: { heartbeat: { everyMs: 15_000 } } });
      const tab = await openTab();
      await tab.connect({ url: "/events", options: EAGER, clock: "still" });
      await tab.isConnected();
      await server.publish(10);
      await tab.hasReceived(server.published);
      network.stall();
      await server.publish(10);
      while (tab.errors.length === 0) await tab.skipToNext();
      await tab.skipToNext(); // what it waits before it connects
      await tab.hasAllOf(server.published);
      expect(tab.errors.map(({ code }) => code)).toEqual(["TIMED_OUT"]);
      expect(tab.verdicts).toEqual(["continued"]);
      expect(tab.healths).toEqual(["healthy", "degraded", "critical", "degraded", "healthy"]);
      expect((await tab.transitions()).find(({ what }) => what === "lost TIMED_OUT")).toMatchObject({ atMs: 45_000 });
      await server.until(() => server.connections === 1); // the browser has closed the other
    },
    MINUTE,
  );

  test(
    "is dropped after silenceMs, where that is given",
    async () => {
      const { server, network, openTab } = await fixture.start({ stream: { heartbeat: { everyMs: 15_000 } } });
      const tab = await openTab();
      await tab.connect({ url: "/events", options: { ...EAGER, silenceMs: 2000 } });
      await tab.isConnected();
      await server.publish(10);
      await tab.hasReceived(server.published);
      network.stall();
      await server.publish(10);
      await tab.hasAllOf(server.published);
      // One more where this machine was too slow for two seconds.
      expect(new Set(tab.errors.map(({ code }) => code))).toEqual(new Set(["TIMED_OUT"]));
      expect(new Set(tab.verdicts)).toEqual(new Set(["continued"]));
    },
    MINUTE,
  );
});
