import type { IncomingMessage, ServerResponse } from "node:http";
import { jest } from "@jest/globals";
import { type AttachOptions, createHub } from "../../js/src/server/index.js";
import { attaching, newest, until } from "./listening.js";
import { withoutNotices } from "./notices.js";
import { RawClient } from "./raw_client.js";

jest.setTimeout(30_000);

// What the application writes to a response whose socket the core writes to.

const EVENTS = 10_000;
const ROOMY = { events: 1_000_000, bytes: 2 ** 26 };

async function takenOver(name: string, options: Partial<AttachOptions>, early?: (res: ServerResponse) => void) {
  const hub = createHub({ name, lagGraceMs: 600_000, lag: ROOMY, history: ROOMY });
  const responses: ServerResponse[] = [];
  const before = (_: IncomingMessage, res: ServerResponse) => {
    responses.push(res);
    early?.(res);
  };
  const served = await attaching(hub, { channels: ["c"], ...options }, { before });
  const open = async (headers: Record<string, string> = {}) => {
    const client = await (await RawClient.open(served.port, { headers })).untilOpen();
    await until(() => hub.stats().takenOver === 1);
    const [res] = responses;
    if (res === undefined) throw new Error("no response");
    return { client, res, stream: await newest(served.streams) };
  };
  return { hub, ...served, open };
}

test.each([true, false])("its bytes stand between the events, whole; handed over: %s", async (handOver) => {
  const { hub, open, close } = await takenOver(`pings ${handOver}`, { handOver });
  const { client, res } = await open();
  let pings = 0;
  let called = 0;
  for (let n = 1; n <= EVENTS; n++) {
    hub.publish("c", { event: "e", data: n });
    if (n % 7 === 0) expect(res.write(`: ping ${++pings}\n\n`, () => called++)).toBe(true);
    if (n % 11 === 0) res.write(Buffer.from(`: ping ${++pings}\n\n`));
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await client.untilEvents(EVENTS);
  expect(client.events).toEqual(Array.from({ length: EVENTS }, (_, n) => `e:${n + 1}`));
  const blocks = client.body.split("\n\n").filter((block) => block.startsWith(":"));
  expect(blocks).toEqual(Array.from({ length: pings }, (_, n) => `: ping ${n + 1}`));
  // Each stands behind what was published before it.
  expect(client.body).toMatch(/\ndata: 7\n\n: ping 1\n\nevent: e\nid: .*\ndata: 8\n/);
  await until(() => called === Math.floor(EVENTS / 7));
  client.leave();
  await close();
});

test("who has kept the response's write from before writes in order, too", async () => {
  let write: ServerResponse["write"] = () => false;
  const early = (res: ServerResponse) => {
    write = res.write.bind(res);
  };
  const { hub, open, close } = await takenOver("kept write", { handOver: false }, early);
  const { client } = await open();
  for (let n = 1; n <= 100; n++) {
    hub.publish("c", { event: "e", data: n });
    write(`: ping ${n}\n\n`);
  }
  await client.untilEvents(100);
  await client.until(({ body }) => body.endsWith(": ping 100\n\n"));
  expect(client.body.match(/: ping \d+\n\n/g)).toHaveLength(100);
  client.leave();
  await close();
});

test("who has kept the response's end from before cuts the stream", async () => {
  let end = () => {};
  const early = (res: ServerResponse) => {
    end = res.end.bind(res);
  };
  const { hub, open, close } = await takenOver("kept end", { handOver: false }, early);
  const { client, stream } = await open();
  hub.publish("c", { event: "e", data: 1 });
  await client.untilEvents(1);
  end();
  expect(await stream.closed).toBe("disconnected");
  await client.until(({ hasEnded }) => hasEnded);
  expect(client.isWhole).toBe(false);
  await close();
});

test.each([true, false])("end() writes its last words and ends the stream; handed over: %s", async (handOver) => {
  const { hub, open, close } = await takenOver(`last words ${handOver}`, { handOver });
  const { client, res, stream } = await open();
  hub.publish("c", { event: "e", data: 1 });
  let isTold = false;
  res.end("event: bye\ndata: 2\n\n", () => {
    isTold = true;
  });
  hub.publish("c", { event: "late", data: 3 });
  await client.until(({ isWhole }) => isWhole);
  expect(client.events).toEqual(["e:1", "bye:2"]);
  expect(await stream.closed).toBe("closed");
  await until(() => isTold);
  client.leave();
  await close();
});

test("a compressed stream compresses them, too", async () => {
  let response: ServerResponse | undefined;
  const early = (res: ServerResponse) => {
    response = res;
  };
  const { hub, port, close } = await takenOver("compressed", { compress: true }, early);
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { "Accept-Encoding": "gzip" } });
  expect(answer.headers.get("content-encoding")).toBe("gzip");
  await until(() => hub.stats().takenOver === 1);
  hub.publish("c", { event: "e", data: 1 });
  response?.end(": last words\n\n");
  expect(withoutNotices(await answer.text())).toMatch(/\ndata: 1\n\n: last words\n\n$/);
  await close();
});

test.each(["write", "end", "_send", "_finish"] as const)(
  "who puts a %s of his own in place cuts the stream",
  async (name) => {
    const { hub, open, close } = await takenOver(`late ${name}`, { handOver: false });
    const { client, res, stream } = await open();
    hub.publish("c", { event: "e", data: 1 });
    await client.untilEvents(1);
    const theirs = () => true;
    (res as unknown as Record<string, unknown>)[name] = theirs;
    expect((res as unknown as Record<string, unknown>)[name]).toBe(theirs);
    expect(await stream.closed).toBe("disconnected");
    await client.until(({ hasEnded }) => hasEnded);
    expect(client.isWhole).toBe(false);
    await close();
  },
);

test("after the stream's end everything is as it was", async () => {
  const { open, close } = await takenOver("put back", { handOver: false });
  const { client, res, stream } = await open();
  const names = ["write", "end", "_send", "_finish"];
  expect(names.filter((name) => Object.hasOwn(res, name))).toEqual(names);
  stream.close();
  await client.until(({ isWhole }) => isWhole);
  expect(names.filter((name) => Object.hasOwn(res, name))).toEqual([]);
  client.leave();
  await close();
});
