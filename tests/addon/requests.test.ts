import { setImmediate as nextTurn } from "node:timers/promises";
import { createHub, type Hub, type ResponseOptions } from "../../js/src/server/index.js";
import { until } from "./listening.js";
import { RawClient } from "./raw_client.js";
import { serve } from "./serve.js";

// What hub.response knows of Node's requests where nobody says that this is Next.js. The first test is about the first
// requests of a process.

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const POLL = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n";
/** No more, for Node stops reading when many answers wait. */
const MANY = 20;
const portOf = ({ url }: { url: string }) => Number(new URL(url).port);

/** A server that answers by hub.response, a turn later, as behind middleware; `/wait` is answered when it is let go. */
async function answering(hub: Hub, options: Partial<ResponseOptions> = {}) {
  const statuses: number[] = [];
  let count = 0;
  let letGo = () => {};
  const waited = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const server = await serve(async (request) => {
    count += 1;
    if (request.url.endsWith("/wait")) {
      await waited;
      return new Response("done");
    }
    await nextTurn();
    const response = await hub.response(request, { channels: ["c"], ...options });
    statuses.push(response.status);
    return response;
  });
  return { ...server, port: portOf(server), statuses, letGo, begun: () => count };
}

test("streams that are pipelined are one stream, from a process's first requests on", async () => {
  const hub = createHub({ name: "first requests" });
  let asked = 0;
  const authorize = () => {
    asked += 1;
    return true;
  };
  const { port, statuses, close } = await answering(hub, { authorize });
  const client = new RawClient(port);
  client.socket.write(REQUEST.repeat(MANY));
  await until(() => statuses.length === MANY);
  expect(statuses.sort()).toEqual([200, ...Array(MANY - 1).fill(429)]);
  expect([asked, hub.stats().connections]).toEqual([1, 1]);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});

test("so are those that are made by createStream", async () => {
  const hub = createHub({ name: "first own streams" });
  let made = 0;
  const codes: unknown[] = [];
  const server = await serve((request) => {
    try {
      return new Response(hub.createStream({ request }).stream);
    } catch (error) {
      codes.push((error as { code?: unknown }).code);
      return new Response(null, { status: 429 });
    } finally {
      made += 1;
    }
  });
  const client = new RawClient(portOf(server));
  client.socket.write(REQUEST.repeat(3));
  await until(() => made === 3);
  expect([codes, hub.stats().connections]).toEqual([Array(2).fill("TOO_MANY_CONNECTIONS"), 1]);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await server.close();
});

test("a stream that waits behind another answer ends with its client", async () => {
  const hub = createHub({ name: "waiting streams" });
  const { port, statuses, close, letGo } = await answering(hub);
  const client = new RawClient(port);
  client.socket.write(`GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n${REQUEST}`);
  await until(() => statuses.length === 1);
  expect(hub.stats().connections).toBe(1);
  client.leave();
  await until(() => hub.stats().connections === 0);
  letGo();
  await close();
});

test("one after the other on a socket is served, and several sockets are", async () => {
  const hub = createHub({ name: "one after the other, piped" });
  const { port, close } = await answering(hub, { closeAfter: "done" });
  const clients = [new RawClient(port), new RawClient(port)];
  for (let round = 0; round < 2; round++) {
    for (const client of clients) client.request();
    for (const client of clients) await client.untilOpen();
    expect(hub.stats().connections).toBe(2);
    hub.publish("c", { event: "done", data: round });
    for (const client of clients) await client.until(({ isWhole }) => isWhole);
  }
  for (const client of clients) client.leave();
  await close();
});

test("the core does not write to the socket of a server that is not known to pipe", async () => {
  const hub = createHub({ name: "not direct" });
  const { port, close } = await answering(hub);
  const client = await (await RawClient.open(port)).untilOpen();
  expect(client.raw).not.toMatch(/^: s\d/m); // what goes before a first chunk that is looked for on the socket
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});

test("requests that no server has got are as many streams as there are", async () => {
  const hub = createHub({ name: "no server" });
  const open = () => hub.response(new Request("http://host/"), { channels: ["c"] });
  const responses = await Promise.all([open(), open()]);
  hub.createStream();
  expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  expect(hub.stats().connections).toBe(3);
  hub.close();
});

test("a poll counts until it was sent, and not until its body was taken", async () => {
  const hub = createHub({ name: "counted polls" });
  let letGo = () => {};
  const waited = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let taken = "";
  const server = await serve(async (request) => {
    await nextTurn();
    const { body, status } = await hub.response(request, { channels: ["c"] });
    taken = await new Response(body).text();
    await waited;
    return new Response(taken, { status, headers: { "Content-Length": String(taken.length) } });
  });
  const client = new RawClient(portOf(server));
  client.socket.write(POLL);
  await until(() => taken !== "");
  expect(hub.stats().connections).toBe(1);
  letGo();
  await client.until(({ isWhole }) => isWhole);
  await until(() => hub.stats().connections === 0);
  client.leave();
  await server.close();
});

test("polls that are pipelined are made one after the other, each when the one before was sent", async () => {
  const hub = createHub({ name: "pipelined polls" });
  let asked = 0;
  let begun = 0;
  const letGo: (() => void)[] = [];
  const authorize = () => {
    asked += 1;
    return true;
  };
  const server = await serve(async (request) => {
    begun += 1;
    await nextTurn();
    const response = await hub.response(request, { channels: ["c"], authorize });
    const text = await response.text();
    await new Promise<void>((resolve) => letGo.push(resolve));
    return new Response(text, { headers: { "Content-Length": String(text.length) } });
  });
  const client = new RawClient(portOf(server));
  client.socket.removeAllListeners("data").resume();
  client.socket.write(POLL.repeat(MANY));
  await until(() => begun === MANY);
  for (let n = 1; n < MANY; n++) {
    await until(() => letGo.length === n);
    await nextTurn();
    expect([asked, hub.stats().connections]).toEqual([n, 1]);
    letGo[n - 1]?.();
  }
  await until(() => letGo.length === MANY);
  client.leave();
  await until(() => hub.stats().connections === 0);
  for (const one of letGo) one();
  await server.close();
});

test("polls that wait behind another answer go with their client, and leave nothing behind", async () => {
  const hub = createHub({ name: "waiting polls" });
  const { port, statuses, close, letGo, begun } = await answering(hub);
  const client = new RawClient(port);
  client.socket.write(`GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n${POLL.repeat(3)}`);
  await until(() => begun() === 4);
  client.leave();
  await until(() => statuses.length === 3);
  expect([statuses, hub.stats().connections]).toEqual([[204, 204, 204], 0]);
  letGo();
  await close();
});
