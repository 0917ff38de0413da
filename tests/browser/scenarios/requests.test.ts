import type { SSEClientOptions } from "../../../js/src/client/index.js";
import { EAGER, ScenarioFixture } from "./support/scenario-fixture.js";

const MINUTE = 60_000;
const CUTS = 3;
const fixture = ScenarioFixture.use();

/** What the server was asked while a client's connection was cut several times. */
async function askedOverCuts(options: SSEClientOptions) {
  const { server, network, openTab } = await fixture.start();
  const tab = await openTab();
  await tab.connect({ url: "/events", options: { ...EAGER, ...options } });
  await tab.isConnected();
  await server.publish(5);
  await tab.hasReceived(server.published);
  const cursors: string[] = [];
  for (let cuts = 0; cuts < CUTS; cuts += 1) {
    cursors.push(server.published.at(-1)?.id ?? "");
    network.cut();
    await server.publish(5);
    await tab.hasReceived(server.published);
  }
  await tab.hasAllOf(server.published);
  expect(tab.verdicts).toEqual(Array(CUTS).fill("continued"));
  expect(tab.errors.map(({ code }) => code)).toEqual(Array(CUTS).fill("CONNECTION_FAILED"));
  return { asked: server.asked, cursors };
}

// 10
describe("a request with a body", () => {
  const BODY = '{"prompt":"Why?"}';

  test(
    "is made again with the same key and the cursor",
    async () => {
      const { asked, cursors } = await askedOverCuts({ body: BODY });
      const keys = asked.map(({ headers }) => headers["idempotency-key"]);
      expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
      expect(keys).toEqual(Array(1 + CUTS).fill(keys[0]));
      expect(asked.map(({ method, body }) => `${method} ${body}`)).toEqual(Array(1 + CUTS).fill(`POST ${BODY}`));
      expect(asked.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, ...cursors]);
    },
    MINUTE,
  );

  test(
    "is resumed by GET, where that is asked for",
    async () => {
      const { asked, cursors } = await askedOverCuts({ body: BODY, resumeBy: "get" });
      expect(asked.map(({ method, body }) => `${method} ${body}`)).toEqual([
        `POST ${BODY}`,
        ...Array(CUTS).fill("GET "),
      ]);
      expect(asked.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, ...cursors]);
      expect(asked.slice(1).map(({ headers }) => headers["idempotency-key"])).toEqual(Array(CUTS).fill(undefined));
    },
    MINUTE,
  );
});

// 12
test(
  "through the browser's EventSource everything arrives once, too",
  async () => {
    const { asked, cursors } = await askedOverCuts({ transport: "eventsource", events: ["number"] });
    const given = asked.map(({ url }) => new URL(url, "http://server").searchParams.get("lastEventId"));
    expect(given).toEqual([null, ...cursors]);
  },
  MINUTE,
);
