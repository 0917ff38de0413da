import { closeAll, ManualClock, nextEvent, watch } from "./helpers.js";
import { ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);
let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock(0.5);
});

const QUICK = { baseMs: 100, maxMs: 100 };

async function failTimes(times: number): Promise<void> {
  for (let attempt = 0; attempt < times; attempt++) {
    if (clock.isWaiting) clock.fire();
    (await server.next()).respond(503);
    await until(() => clock.isWaiting);
  }
}

test("after five attempts that did not hold, none is made for thirty seconds", async () => {
  const { client } = watch(server.url, { clock, retry: QUICK, breaker: {} });
  await failTimes(5);
  expect(clock.delays).toEqual([50, 50, 50, 50, 30_000]);
  expect(client.health).toBe("critical");
  await failTimes(1);
  expect(clock.delays.at(-1)).toBe(30_000);
  clock.fire();
  const exchange = await server.next();
  exchange.stream();
  await nextEvent(client, "open");
  clock.pass(5000);
  exchange.write("data: x\n\n");
  await nextEvent(client, "message");
  exchange.end();
  await until(() => clock.isWaiting);
  expect(clock.delays.at(-1)).toBe(50);
});

test("its numbers can be others", async () => {
  watch(server.url, { clock, retry: QUICK, breaker: { failures: 2, coolDownMs: 7000 } });
  await failTimes(3);
  expect(clock.delays).toEqual([50, 7000, 7000]);
});

test("breaker: false never stops trying", async () => {
  watch(server.url, { clock, retry: QUICK, breaker: false });
  await failTimes(8);
  expect(clock.delays).toEqual(Array(8).fill(50));
});

test("streams that open and bring nothing count", async () => {
  watch(server.url, { clock, retry: QUICK, breaker: { failures: 2, coolDownMs: 7000 } });
  for (let attempt = 0; attempt < 2; attempt++) {
    if (clock.isWaiting) clock.fire();
    const exchange = await server.next();
    exchange.stream();
    exchange.end();
    await until(() => clock.isWaiting);
  }
  expect(clock.delays).toEqual([50, 7000]);
});

test("reconnect() does not wait for it", async () => {
  const { client } = watch(server.url, { clock, retry: QUICK, breaker: { failures: 1 } });
  await failTimes(1);
  client.reconnect();
  (await server.next()).stream();
  await nextEvent(client, "open");
});
