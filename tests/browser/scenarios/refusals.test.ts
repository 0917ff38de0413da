import { EAGER, ScenarioFixture } from "./support/scenario-fixture.js";

const MINUTE = 60_000;
const HOUR = 3_600_000;
const fixture = ScenarioFixture.use();

// 6
describe("a token that is good for one connection", () => {
  test(
    "is another each time, where a function gives it",
    async () => {
      const { server, network, openTab } = await fixture.start({ oneTokenOnce: true });
      const tab = await openTab();
      await tab.connect({ url: "/events", options: EAGER, freshTokens: true });
      await tab.isConnected();
      for (let cuts = 1; cuts <= 8; cuts += 1) {
        network.cut();
        await server.publish(5);
        await tab.hasReceived(server.published);
      }
      await tab.hasAllOf(server.published);
      expect(server.refused).toEqual([]);
      expect(tab.verdicts).toEqual(Array(8).fill("continued"));
      const tokens = server.asked.map(({ headers }) => headers.authorization);
      expect(tokens).toEqual(tokens.map((_, index) => `Bearer ${index + 1}`));
    },
    MINUTE,
  );

  test(
    "ends the client when it is used again, with what the server says of it",
    async () => {
      const { server, network, openTab } = await fixture.start({ oneTokenOnce: true });
      const tab = await openTab();
      await tab.connect({ url: "/events", options: { ...EAGER, headers: { Authorization: "Bearer old" } } });
      await tab.isConnected();
      await server.publish(10);
      await tab.hasReceived(server.published);
      network.cut();
      await tab.until(() => tab.seen.at(-1)?.type === "close");
      expect(await tab.status()).toMatchObject({ state: "error", health: "disconnected", readyState: 2 });
      expect(tab.errors).toMatchObject([
        { code: "CONNECTION_FAILED" },
        { code: "BAD_RESPONSE", status: 401, problem: { status: 401, code: "UNAUTHENTICATED" } },
      ]);
      expect(tab.events).toEqual(server.published);
      expect(server.asked.length).toBe(2);
    },
    MINUTE,
  );
});

// 11
describe("a server that asks for time", () => {
  test.each([429, 503])(
    "by status %i gets it",
    async (status) => {
      const { server, openTab } = await fixture.start();
      const tab = await openTab();
      server.refuse({ status, headers: { "Retry-After": "7" } });
      await tab.connect({ url: "/events", options: EAGER, clock: "still" });
      await tab.until(() => tab.errors.length > 0);
      expect(tab.errors).toMatchObject([{ code: "BAD_RESPONSE", status, retryAfterMs: 7000 }]);
      await tab.skip(6999);
      expect(await tab.status()).toMatchObject({
        state: "reconnecting",
        health: "degraded",
        attempts: 1,
        readyState: 0,
      });
      await tab.skip(1);
      expect(tab.last.state).not.toBe("reconnecting");
      await tab.isConnected();
      await server.publish(10);
      await tab.hasAllOf(server.published);
      expect(server.asked.length).toBe(2);
    },
    MINUTE,
  );

  test(
    "until a date gets it",
    async () => {
      const { server, openTab } = await fixture.start();
      const tab = await openTab();
      server.refuse({ status: 503, headers: { "Retry-After": new Date(Date.now() + HOUR).toUTCString() } });
      await tab.connect({ url: "/events", options: EAGER, clock: "still" });
      await tab.until(() => tab.errors.length > 0);
      await tab.skip(0.9 * HOUR);
      expect((await tab.status()).state).toBe("reconnecting");
      await tab.skip(0.1 * HOUR);
      await tab.isConnected();
      expect(server.asked.length).toBe(2);
    },
    MINUTE,
  );
});

describe("a server that has nothing more to say", () => {
  test(
    "ends the client by status 204",
    async () => {
      const { server, openTab } = await fixture.start();
      const tab = await openTab();
      server.refuse({ status: 204 });
      await tab.connect({ url: "/events", options: EAGER });
      await tab.until(() => tab.seen.at(-1)?.type === "close");
      expect(await tab.status()).toMatchObject({ state: "disconnected", health: "disconnected", readyState: 2 });
      expect(tab.errors).toEqual([]);
      expect(server.asked.length).toBe(1);
    },
    MINUTE,
  );

  test(
    "does so after the event that closes the stream",
    async () => {
      const { server, openTab } = await fixture.start({ stream: { closeAfter: "number" } });
      const tab = await openTab();
      await tab.connect({ url: "/events", options: EAGER });
      await tab.isConnected();
      await server.publish(1);
      await tab.until(() => tab.seen.at(-1)?.type === "close");
      expect(tab.events).toEqual(server.published);
      expect(await tab.status()).toMatchObject({ state: "disconnected", health: "disconnected", readyState: 2 });
      expect(tab.errors).toEqual([]);
      expect(server.reasons).toEqual(["completed"]);
      expect(server.asked.length).toBe(1);
    },
    MINUTE,
  );
});
