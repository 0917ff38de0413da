import { get } from "node:http";
import { createHub } from "../../js/src/server/index.js";
import { nextEnd, serving } from "./listening.js";

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** The body of one answer, whole. */
function bodyOf(port: number, agent?: import("node:http").Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", ...(agent && { agent }) }, (res) => {
      let body = "";
      res.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      res.on("end", () => resolve(body)).on("error", reject);
    }).on("error", reject);
  });
}

test.each([{}, { handOver: false }, { direct: false }])("a stream that is closed at once is whole: %j", async (way) => {
  const hub = createHub({ name: `early end ${JSON.stringify(way)}` });
  const server = await serving(async (req, res) => {
    const stream = await hub.attach(req, res, { channels: ["c"], ...way });
    stream.send({ event: "hi", data: 1 });
    stream.close();
  });
  ended.push(server.close);
  expect(await bodyOf(server.port)).toMatch(
    /\n\nevent: hi\nid: .*\ndata: 1\n\nevent: millrace\.end\ndata: {"reason":"closed","reconnect":false}\n\n$/,
  );
  expect(hub.stats().connections).toBe(0);
});

test("who ends the response while the core writes to its socket ends the stream, and the socket is clean", async () => {
  const hub = createHub({ name: "ended by the application" });
  let requests = 0;
  const server = await serving(async (req, res) => {
    requests += 1;
    if (requests > 1) {
      res.end("the next answer");
      return;
    }
    const stream = await hub.attach(req, res, { channels: ["c"], handOver: false });
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    hub.publish("c", { event: "before", data: 1 });
    res.end();
    hub.publish("c", { event: "after", data: 2 });
    await stream.closed;
  });
  ended.push(server.close);
  const { Agent } = await import("node:http");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const body = await bodyOf(server.port, agent);
  expect(body).toContain("event: before\n");
  expect(body).not.toContain("event: after\n");
  expect(await bodyOf(server.port, agent)).toBe("the next answer");
  agent.destroy();
});

test.each([{}, { direct: false }])("nothing follows the event that a stream closes after: %j", async (way) => {
  const hub = createHub({ name: `last event ${JSON.stringify(way)}` });
  const end = nextEnd(hub);
  const server = await serving(async (req, res) => {
    const stream = await hub.attach(req, res, { channels: ["c"], closeAfter: "done", ...way });
    while (hub.connectionCount("c") === 0) await new Promise((resolve) => setImmediate(resolve));
    hub.publish("c", { event: "done", data: 1 });
    stream.comment("late");
    stream.send({ event: "late", data: 2 });
  });
  ended.push(server.close);
  expect(await bodyOf(server.port)).toMatch(
    /event: done\nid: .*\ndata: 1\n\nevent: millrace\.end\ndata: {"reason":"completed","reconnect":false}\n\n$/,
  );
  expect(await end).toBe("completed");
});
