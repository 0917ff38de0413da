import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { createHub, type Hub } from "../../js/src/server/index.js";
import { StreamReader } from "./reading.js";

const CLOSED = { channels: ["news"], closeAfter: "done" };
const text = (n: number) => ({ n, words: Array.from({ length: 40 }, (_, word) => `word ${(word * 7919 + n) % 1000}`) });
let hub: Hub;
let server: Server;
let url: string;
let hubs = 0;

beforeEach(async () => {
  hubs += 1;
  hub = createHub({ name: `compress ${hubs}`, compress: true });
  server = createServer((req, res) => {
    const direct = req.url !== "/pumped";
    if (req.url === "/pulled") void pull(new Request(url, { headers: req.headers as HeadersInit })).then(answer(res));
    else void hub.attach(req, res, { ...CLOSED, direct });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const pull = (request: Request) => hub.response(request, CLOSED);

const answer = (res: import("node:http").ServerResponse) => async (response: Response) => {
  res.writeHead(response.status, Object.fromEntries(response.headers));
  for await (const chunk of response.body ?? []) res.write(chunk);
  res.end();
};

/** The body as it comes from the socket, and the headers. */
function raw(
  path: string,
  coding: string,
): Promise<{ coding: string | undefined; vary: string | undefined; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url + path, { headers: { "Accept-Encoding": coding } }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", reject);
      res.on("end", () =>
        resolve({ coding: res.headers["content-encoding"], vary: res.headers.vary, body: Buffer.concat(chunks) }),
      );
    }).on("error", reject);
  });
}

async function connected(count: number): Promise<void> {
  while (hub.connectionCount("news") < count) await new Promise((resolve) => setImmediate(resolve));
}

function publishAll(events: number): void {
  for (let n = 0; n < events; n++) {
    hub.publish("news", { event: "long", data: text(n) });
    hub.publish("news", { event: "short", data: n });
  }
  hub.publish("news", { event: "done", data: null });
}

describe.each(["/attached", "/pumped", "/pulled"])("%s", (path) => {
  test("clients that accept gzip get a whole gzip stream, the others get the text", async () => {
    const answers = Promise.all([
      raw(path, "gzip"),
      raw(path, "br, gzip;q=0.5"),
      raw(path, "identity"),
      raw(path, "*;q=0"),
    ]);
    await connected(4);
    publishAll(200);
    const [gzip, weighted, identity, refused] = await answers;
    expect([gzip.coding, weighted.coding, identity.coding, refused.coding]).toEqual([
      "gzip",
      "gzip",
      undefined,
      undefined,
    ]);
    expect(gzip.vary).toBe("Accept, Accept-Encoding");
    // gunzip checks the checksum and the size at the end.
    expect(gunzipSync(gzip.body).equals(identity.body)).toBe(true);
    expect(gunzipSync(weighted.body).equals(identity.body)).toBe(true);
    expect(refused.body.equals(identity.body)).toBe(true);
    expect(gzip.body.length).toBeLessThan(identity.body.length / 2);
    expect(identity.body.toString().match(/^event: long$/gm)).toHaveLength(200);
  });

  test("Node's fetch reads it event by event", async () => {
    const response = await fetch(url + path);
    expect(response.headers.get("content-encoding")).toBe("gzip");
    const reader = new StreamReader(response.body as ReadableStream<Uint8Array>);
    await connected(1);
    for (let n = 0; n < 20; n++) {
      hub.publish("news", { event: "long", data: text(n) });
      await reader.untilEvents(n + 1);
    }
    expect(reader.events).toEqual(Array.from({ length: 20 }, (_, n) => `long:${JSON.stringify(text(n))}`));
    hub.publish("news", { event: "done", data: null });
    await reader.toEnd();
  });

  test("what is replayed and what a stream sends alone fits in", async () => {
    const first = hub.publish("news", { event: "long", data: text(0) }).id;
    hub.publish("news", { event: "long", data: text(1) });
    hub.publish("news", { event: "short", data: 2 });
    const response = await fetch(url + path, { headers: { "Last-Event-ID": first ?? "" } });
    const reader = new StreamReader(response.body as ReadableStream<Uint8Array>);
    await reader.untilEvents(3);
    hub.publish("news", { event: "done", data: 3 });
    await reader.toEnd();
    expect(reader.events).toEqual([
      'millrace.resume:{"verdict":"continued"}',
      `long:${JSON.stringify(text(1))}`,
      "short:2",
      "done:3",
    ]);
  });
});

test("compress is off by default, and can be asked for by a stream", async () => {
  const plain = createHub({ name: "not compressed" });
  const request = new Request("http://127.0.0.1/", { headers: { "Accept-Encoding": "gzip" } });
  const without = await plain.response(request, CLOSED);
  expect(without.headers.get("content-encoding")).toBeNull();
  const asked = await plain.response(request, { ...CLOSED, compress: true });
  expect(asked.headers.get("content-encoding")).toBe("gzip");
  await without.body?.cancel();
  await asked.body?.cancel();
});
