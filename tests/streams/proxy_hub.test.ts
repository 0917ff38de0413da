// What a proxy has of its hub: relayed streams that the hub ends, and upstream streams that go into channels.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createHub, createSSEProxy, type Hub, type SSEProxyOptions } from "../../js/src/server/index.js";
import { listening, serving, until } from "../addon/listening.js";
import { StreamReader } from "../addon/reading.js";

interface Upstream {
  readonly url: string;
  readonly asked: IncomingMessage["headers"][];
  /** The streams that are open. */
  readonly open: Set<ServerResponse>;
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}

async function upstreamServer(): Promise<Upstream> {
  const open = new Set<ServerResponse>();
  const asked: IncomingMessage["headers"][] = [];
  const server = await listening(
    createServer((request, response) => {
      asked.push(request.headers);
      open.add(response);
      response.on("close", () => open.delete(response));
      upstream.answer(request, response);
    }),
  );
  const upstream: Upstream = {
    url: `http://127.0.0.1:${server.port}/`,
    asked,
    open,
    answer: (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("id: u1\ndata: 1\n\n");
    },
    close: () => server.close(),
  };
  return upstream;
}

let upstream: Upstream;
let count = 0;
beforeEach(async () => {
  upstream = await upstreamServer();
});
afterEach(() => upstream.close());

function proxied(options: Partial<SSEProxyOptions> = {}, hubOptions: Parameters<typeof createHub>[0] = {}) {
  const hub: Hub = createHub({ name: `proxied ${++count}`, ...hubOptions });
  hub.on("error", () => {});
  const proxy = createSSEProxy({ upstream: upstream.url, hub, ...options });
  const get = (path = "a", headers: Record<string, string> = {}) =>
    proxy.GET(new Request(`http://host/?path=${encodeURIComponent(path)}`, { headers }));
  return { hub, proxy, get };
}

const readerOf = ({ body }: Response) => new StreamReader(body as ReadableStream<Uint8Array>);

describe("a stream that is relayed", () => {
  test("counts towards the limits", async () => {
    const { hub, get } = proxied({ authorize: () => ({ userId: "ann" }) }, { limits: { perUser: 1 } });
    const first = await get();
    await readerOf(first).untilEvents(1);
    expect(hub.stats().connections).toBe(1);
    const second = await get();
    expect([second.status, await second.json()]).toEqual([
      429,
      expect.objectContaining({ code: "TOO_MANY_CONNECTIONS" }),
    ]);
    expect(upstream.asked.length).toBe(1);
  });

  test.each<[string, (hub: Hub) => unknown]>([
    ["a drain", (hub) => void hub.drain({ withinMs: 50 })],
    ["disconnect of the user", (hub) => hub.disconnect({ userId: "ann" })],
    ["disconnect of the channel", (hub) => hub.disconnect({ channel: "proxy:/a" })],
    ["disconnect by facts", (hub) => hub.disconnect({ where: { tenant: "t" } })],
    ["deny", (hub) => hub.deny("ann", 1000)],
  ])("is cut by %s, and so is the upstream's", async (_, end) => {
    const { hub, get } = proxied({ authorize: () => ({ userId: "ann", facts: { tenant: "t" } }) });
    const reader = readerOf(await get());
    await reader.untilEvents(1);
    end(hub);
    await expect(reader.toEnd()).rejects.toThrow();
    await until(() => upstream.open.size === 0);
    await until(() => hub.stats().connections === 0);
  });

  test("is cut when what its client was let in for is over, with Node's response, too", async () => {
    const { hub, proxy } = proxied({ authorize: () => ({ userId: "ann", expiresAt: Date.now() + 30 }) });
    const server = await serving((req, res) => void proxy.attach(req, res, "a"));
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    await expect(response.text()).rejects.toThrow();
    await until(() => upstream.open.size === 0 && hub.stats().connections === 0);
    await server.close();
  });

  test("leaves nothing when it ends, is refused, or its client leaves", async () => {
    const { hub, get } = proxied();
    upstream.answer = (_, response) =>
      void response.writeHead(200, { "content-type": "text/event-stream" }).end("data: 1\n\n");
    await (await get()).text();
    upstream.answer = (_, response) => void response.writeHead(404).end();
    expect((await get()).status).toBe(404);
    upstream.answer = (_, response) => response.destroy();
    expect((await get()).status).toBe(502);
    upstream.answer = (_, response) =>
      void response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    await (await get()).body?.cancel();
    await until(() => hub.stats().connections === 0 && upstream.open.size === 0);
  });
});

describe("ingest", () => {
  test("is one connection for a hundred clients, who have all events", async () => {
    const { hub, get } = proxied({ ingest: true, headers: { authorization: "Bearer of the proxy" } });
    const responses = await Promise.all(Array.from({ length: 100 }, () => get("a?x=1")));
    expect(responses.map(({ status }) => status)).toEqual(Array(100).fill(400)); // a query belongs beside the path
    const readers = (await Promise.all(Array.from({ length: 100 }, () => get("a")))).map(readerOf);
    expect(upstream.asked.length).toBe(1);
    expect(upstream.asked[0]).toMatchObject({ authorization: "Bearer of the proxy", accept: "text/event-stream" });
    const [stream] = upstream.open;
    stream?.write('event: progress\ndata: {"done":2}\n\ndata: not JSON\n\n');
    for (const reader of readers) {
      await reader.until(({ events }) => events.includes("message:not JSON"));
      expect(reader.events.slice(-2)).toEqual(['progress:{"done":2}', "message:not JSON"]);
    }
    expect(hub.connectionCount(`proxy:${upstream.url}a`)).toBe(100);
    await Promise.all(readers.map((reader) => reader.cancel()));
    await until(() => upstream.open.size === 0);
  });

  test("the first has all that the upstream sends, who comes later what `from` says, and a cursor in the query is the hub's", async () => {
    const { get, proxy } = proxied({ ingest: true, from: "earliest" });
    const first = readerOf(await get());
    expect((await first.untilEvents(1)).events).toEqual(["message:1"]);
    const second = readerOf(await get());
    expect((await second.untilEvents(1)).events).toEqual(["message:1"]);
    const at = encodeURIComponent(second.lastEventId);
    const third = await proxy.GET(new Request(`http://host/?path=a&lastEventId=${at}&eventTypes=message`));
    const [stream] = upstream.open;
    stream?.write("data: 2\n\n");
    const reader = readerOf(third);
    await reader.until(({ events }) => events.includes("message:2"));
    expect(reader.events.filter((one) => one.startsWith("message"))).toEqual(["message:2"]);
    expect(upstream.asked.length).toBe(1);
    await Promise.all([first, second, reader].map((one) => one.cancel()));
  });

  test("waits for who is let in slowly, and for an upstream that answers slowly", async () => {
    const slowly = async () => new Promise<boolean>((resolve) => setTimeout(resolve, 5500, true));
    const { get } = proxied({ ingest: true, authorize: slowly, from: "earliest" });
    upstream.answer = (_, response) =>
      void setTimeout(
        () => response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n"),
        5500,
      );
    const readers = (await Promise.all([get(), get()])).map(readerOf);
    for (const reader of readers) await reader.untilEvents(1);
    await Promise.all(readers.map((reader) => reader.cancel()));
  }, 30_000);

  test("two proxies of one hub read an upstream with the same headers, or have a hub each", async () => {
    const { hub } = proxied({ ingest: true, headers: { authorization: "Bearer a" } });
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = "production";
    try {
      createSSEProxy({ upstream: upstream.url, hub, ingest: true, headers: { authorization: "Bearer a" } });
      expect(() => createSSEProxy({ upstream: `${upstream.url}v1/`, hub, ingest: true })).toThrow(/a hub of its own/);
    } finally {
      process.env.NODE_ENV = before;
    }
    const [one, two] = [0, 1].map(() => createSSEProxy({ upstream: upstream.url, hub, ingest: true }));
    const ask = (proxy: typeof one) => proxy?.GET(new Request("http://host/?path=a")) as Promise<Response>;
    const readers = [readerOf(await ask(one)), readerOf(await ask(two))];
    expect(upstream.asked.length).toBe(1);
    await Promise.all(readers.map((reader) => reader.cancel()));
  });

  test("goes on when the upstream breaks off, behind its last event, and clients resume", async () => {
    const { get } = proxied({ ingest: true });
    const reader = readerOf(await get());
    await until(() => upstream.open.size === 1);
    const [first] = upstream.open;
    first?.write("id: u2\ndata: 2\n\n");
    await reader.until(({ events }) => events.includes("message:2"));
    upstream.answer = (_, response) =>
      void response.writeHead(200, { "content-type": "text/event-stream" }).write("id: u3\ndata: 3\n\n");
    first?.destroy();
    await reader.until(({ events }) => events.includes("message:3"));
    expect(upstream.asked.map((headers) => headers["last-event-id"])).toEqual([undefined, "u2"]);
    const at = reader.lastEventId;
    await reader.cancel();
    const again = readerOf(await get("a", { "last-event-id": at }));
    await until(() => upstream.open.size === 1);
    for (const response of upstream.open) response.write("data: 4\n\n");
    await again.until(({ events }) => events.includes("message:4"));
    expect(again.events.filter((one) => one.startsWith("message"))).toEqual(["message:4"]);
    await again.cancel();
  });

  test("a refusal of the upstream is the client's, and the next asks anew", async () => {
    const { hub, get } = proxied({ ingest: true });
    upstream.answer = (_, response) => void response.writeHead(404, { "content-type": "text/plain" }).end("not here");
    const refused = await Promise.all([get(), get(), get()]);
    expect(await Promise.all(refused.map((one) => one.json()))).toEqual(
      Array(3).fill(expect.objectContaining({ status: 404 })),
    );
    upstream.answer = (_, response) => response.destroy();
    expect((await get()).status).toBe(502);
    upstream.answer = (_, response) =>
      void response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 5\n\n");
    const reader = readerOf(await get());
    expect(hub.connectionCount()).toBe(1);
    await reader.cancel();
  });

  test("an upstream that has no more ends its readers", async () => {
    const { get } = proxied({ ingest: true });
    const reader = readerOf(await get());
    await until(() => upstream.open.size === 1);
    upstream.answer = (_, response) => void response.writeHead(204).end();
    for (const response of upstream.open) response.end();
    await reader.toEnd();
    expect(reader.raw).toContain("The upstream has ended");
  });

  test("who may not read it is refused before the upstream is asked, and POST is relayed", async () => {
    const { proxy, get } = proxied({
      ingest: true,
      authorize: ({ channels }) => channels[0] === `proxy:${upstream.url}mine`,
    });
    expect((await get("theirs")).status).toBe(403);
    expect(upstream.asked).toEqual([]);
    const reader = readerOf(await get("mine"));
    upstream.answer = (_, response) =>
      void response.writeHead(200, { "content-type": "text/event-stream" }).end("data: own\n\n");
    const body = await proxy.POST(new Request("http://host/?path=mine", { method: "POST", body: "{}" }));
    expect(await body.text()).toBe("data: own\n\n");
    await reader.cancel();
  });

  test("reads so many upstreams at most", async () => {
    const { get } = proxied({ ingest: true, maxUpstreams: 2 });
    const readers = [readerOf(await get("a")), readerOf(await get("b"))];
    expect((await get("c")).status).toBe(503);
    const again = readerOf(await get("a"));
    await Promise.all([...readers, again].map((reader) => reader.cancel()));
  });

  test.each<[Partial<SSEProxyOptions>, RegExp]>([
    [{ ingest: true, cookie: "a" }, /neither cookie nor token/],
    [{ ingest: true, token: () => "x" }, /neither cookie nor token/],
    [{ ingest: 1 as never }, /ingest must be true or false/],
    [{ ingest: true, maxUpstreams: 0 }, /maxUpstreams/],
  ])("%j is a TypeError", (options, message) => {
    expect(() => proxied(options)).toThrow(message);
  });
});
