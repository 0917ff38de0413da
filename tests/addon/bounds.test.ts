import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { createHub, type PollBody } from "../../js/src/server/index.js";
import { attaching, serving, until } from "./listening.js";
import { RawClient } from "./raw_client.js";
import { StreamReader } from "./reading.js";

const full = (code: string) => expect.objectContaining({ code });

describe("channels", () => {
  test("refused publishes make none", () => {
    const hub = createHub({ name: "refused publishes" });
    for (const message of [{}, { event: "a\nb" }, { id: "" }, { data: 1, id: "x".repeat(2000) }])
      expect(() => hub.publish("c", message as never)).toThrow(full("INVALID_FIELD"));
    expect(() => hub.publish("c", { event: "e", data: "x".repeat(9_000_000) })).toThrow(full("EVENT_TOO_LARGE"));
    expect(hub.stats().channels).toBe(0);
  });

  test("guessed names are gone with who guessed them", async () => {
    const hub = createHub({ name: "guessed names" });
    const channels = Array.from({ length: 50 }, (_, n) => `guess ${n}`);
    const response = await hub.response(new Request("http://host/"), { channels });
    expect(hub.stats().channels).toBe(50);
    await response.body?.cancel();
    expect(hub.stats().channels).toBe(0);
    const stop = hub.subscribe("heard", () => {});
    expect(hub.stats().channels).toBe(1);
    stop();
    expect(hub.stats().channels).toBe(0);
  });

  test("limits.channels refuses publishes and readers", async () => {
    const hub = createHub({ name: "many channels", limits: { channels: 2 } });
    hub.publish("a", { event: "e", data: 1 });
    hub.publish("b", { event: "e", data: 1 });
    hub.publish("a", { event: "e", data: 2 });
    expect(() => hub.publish("c", { event: "e", data: 1 })).toThrow(full("SERVER_FULL"));
    expect(() => hub.register("c", () => {})).toThrow(full("SERVER_FULL"));
    const response = await hub.response(new Request("http://host/"), { channels: ["c"] });
    expect([response.status, await response.json()]).toMatchObject([503, { code: "SERVER_FULL" }]);
    expect(hub.stats()).toMatchObject({ channels: 2, connections: 0 });
  });

  test("limits.channelsPerConnection is 100 unless said otherwise", async () => {
    const hub = createHub({ name: "wide connections" });
    const channels = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`);
    const wide = await hub.response(new Request("http://host/"), { channels: channels(101) });
    expect([wide.status, await wide.json()]).toMatchObject([400, { code: "TOO_MANY_CHANNELS" }]);
    const poll = { headers: { Accept: "application/json" } };
    expect((await hub.response(new Request("http://host/", poll), { channels: channels(1500) })).status).toBe(400);
    const fits = await hub.response(new Request("http://host/"), { channels: [...channels(100), ...channels(100)] });
    expect(fits.status).toBe(200);
    await fits.body?.cancel();
    expect(hub.stats()).toMatchObject({ channels: 0, connections: 0 });
  });
});

describe("ids that could not come back", () => {
  const hub = createHub({ name: "bad ids" });
  test.each([
    ["20 KB", "x".repeat(20_000), /longer than 1,024 bytes/],
    ["1,025 bytes of UTF-8", `${"é".repeat(512)}x`, /longer than 1,024 bytes/],
    ["a control character", "a\x01b", /control characters/],
    ["a tab", "a\tb", /control characters/],
    ["DEL", "a\x7f", /control characters/],
    ["nothing", "", /must not be empty/],
    ["a space before", " a", /begin or end with a space/],
    ["a space behind", "a ", /begin or end with a space/],
    ["the hub's own form", "k3f9x2.17", /look like an id of the hub's own/],
  ])("%s", (_name, id, message) => {
    const stream = hub.createStream();
    for (const act of [() => hub.publish("c", { event: "e", data: 1, id }), () => stream.send({ data: 1, id })]) {
      expect(act).toThrow(full("INVALID_FIELD"));
      expect(act).toThrow(message);
    }
    stream.close();
  });

  test("what fits comes back, whatever letters it has", async () => {
    const ids = ["x".repeat(1024), "日本 🎈", "2026-11-28T10:00:00Z", '{"offset":1}'];
    const { port, close } = await attaching(hub, { channels: ["ok"] });
    for (const id of ids) hub.publish("ok", { event: "e", data: id, id });
    hub.publish("ok", { event: "e", data: "last" });
    for (const [at, id] of ids.entries()) {
      const header = Buffer.from(id).toString("latin1");
      const client = await RawClient.open(port, { headers: { "Last-Event-ID": header } });
      await client.untilEvents(1 + ids.length - at);
      expect(client.events).toEqual([
        'millrace.resume:{"verdict":"continued"}',
        ...[...ids.slice(at + 1), "last"].map((data) => `e:${JSON.stringify(data)}`),
      ]);
      client.leave();
    }
    await until(() => hub.stats().connections === 0);
    await close();
  });
});

describe("a poll", () => {
  const ask = async (port: number, id: string | null): Promise<PollBody> => {
    const headers = { Accept: "application/json", ...(id !== null && { "Last-Event-ID": id }) };
    return (await (await fetch(`http://127.0.0.1:${port}/`, { headers })).json()) as PollBody;
  };

  test("has pages, whose cursors continue", async () => {
    const hub = createHub({ name: "pages" });
    const { port, close } = await serving((req, res) => void hub.attach(req, res, { channels: ["c", "d"] }));
    let { lastEventId: cursor, hasMore, verdict } = await ask(port, null);
    expect([hasMore, verdict]).toEqual([undefined, null]);
    const text = "x".repeat(10_000);
    for (let n = 0; n < 100; n++) hub.publish(n % 3 === 0 ? "c" : "d", { event: "e", data: [n, text] });
    const numbers: number[] = [];
    for (let pages = 1; ; pages++) {
      const page = await ask(port, cursor);
      expect(page.verdict).toBe("continued");
      expect(JSON.stringify(page).length).toBeLessThan(50_000);
      numbers.push(...page.events.map(({ data }) => JSON.parse(data)[0]));
      cursor = page.lastEventId;
      if (page.hasMore !== true) break;
      expect(pages).toBeLessThan(60);
    }
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, n) => n));
    hub.publish("c", { event: "e", data: "stream" });
    const client = await RawClient.open(port, { headers: { "Last-Event-ID": cursor } });
    await client.untilEvents(2);
    expect(client.events).toEqual(['millrace.resume:{"verdict":"continued"}', 'e:"stream"']);
    client.leave();
    await until(() => hub.stats().connections === 0);
    await close();
  });

  test("behind another answer on its socket takes no place, and is gone with its client", async () => {
    const hub = createHub({ name: "pipelined polls", limits: { connections: 5 } });
    const { port, close } = await attaching(hub, { channels: ["c"] });
    const client = await (await RawClient.open(port)).untilOpen();
    await until(() => hub.stats().takenOver === 1);
    client.leave();
    await until(() => hub.stats().connections === 0);
    let slow = () => {};
    const second = await serving((req, res) => {
      if (req.url === "/slow") slow = () => void res.end();
      else void hub.attach(req, res, { channels: ["c"] });
    });
    const socket = connect(second.port, "127.0.0.1");
    const poll = "GET / HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n\r\n";
    socket.write(`GET /slow HTTP/1.1\r\nHost: h\r\n\r\n${poll.repeat(50)}`);
    await until(() => slow.length === 0 && second.server.listening);
    const other = await ask(second.port, null);
    expect([other.events, hub.stats().connections]).toEqual([[], 0]);
    slow();
    let text = "";
    for await (const bytes of socket) {
      text += bytes;
      if (text.split("lastEventId").length === 51) break;
    }
    socket.destroy();
    await until(() => hub.stats().connections === 0);
    await second.close();
    await close();
  });

  test("that ends while its snapshot is made is told so, and gets no cursor", async () => {
    for (const [end, status] of [
      ["drain", 503],
      ["authorizer", 403],
    ] as const) {
      const hub = createHub({ name: `ended poll ${end}` });
      const { id } = hub.publish("c", { event: "e", data: 1 });
      let made = (_: null) => {};
      const snapshot = () =>
        new Promise<null>((resolve) => {
          made = resolve;
        });
      const Accept = "application/json, application/problem+json";
      const request = new Request("http://host/", { headers: { Accept, "Last-Event-ID": `x${id}` } });
      const answer = hub.response(request, { channels: ["c"], snapshot });
      await until(() => hub.stats().connections === 1);
      if (end === "drain") void hub.drain({ withinMs: 0 });
      else createHub({ name: `ended poll ${end}`, authorize: () => false });
      await until(() => hub.stats().connections === 0);
      made(null);
      expect((await answer).status).toBe(status);
    }
  });

  test("whose head cannot be written is answered, and counts no more", async () => {
    const hub = createHub({ name: "bad heads of polls" });
    hub.on("error", () => {});
    let before = (_: ServerResponse) => {};
    let headers: Record<string, string> = {};
    const { port, close } = await serving((req, res) => {
      before(res);
      void hub.attach(req, res, { channels: ["c"], headers });
    });
    const status = () =>
      fetch(`http://127.0.0.1:${port}/`, { headers: { Accept: "application/json" } })
        .then((response) => response.text().then(() => response.status))
        .catch(() => "cut");
    headers = { "X-Own": "\x01" };
    expect(await status()).toBe(500);
    headers = {};
    before = (res) => void res.writeHead(200).write("mine");
    expect(await status()).toBe("cut");
    expect(hub.stats()).toMatchObject({ connections: 0, channels: 0 });
    await close();
  });

  test("takes no number of the hub's", async () => {
    const hub = createHub({ name: "no numbers" });
    const { port, close } = await serving((req, res) => void hub.attach(req, res, { channels: ["c"] }));
    const first = await ask(port, null);
    for (let count = 0; count < 5; count++)
      expect((await ask(port, first.lastEventId)).lastEventId).toBe(first.lastEventId);
    await close();
  });

  test("counts until its answer was taken, or its client has left", async () => {
    const hub = createHub({ name: "unread polls", limits: { connections: 2 } });
    const request = () => new Request("http://host/", { headers: { Accept: "application/json" } });
    const first = await hub.response(request(), { channels: ["c"] });
    const second = await hub.response(request(), { channels: ["c"] });
    expect((await hub.response(request(), { channels: ["c"] })).status).toBe(503);
    expect(hub.stats().connections).toBe(2);
    await first.json();
    await second.body?.cancel();
    expect(hub.stats().connections).toBe(0);
  });
});

describe("own ids", () => {
  test("rooms that count for themselves resume each from its own", async () => {
    const hub = createHub({ name: "rooms" });
    for (const id of ["1", "2", "3"]) hub.publish("a", { event: "e", data: `a${id}`, id });
    hub.publish("b", { event: "e", data: "b1", id: "1" });
    const resume = async (channels: string[], id: string, count: number) => {
      const request = new Request("http://host/", { headers: { "Last-Event-ID": id } });
      const response = await hub.response(request, { channels });
      const reader = await new StreamReader(response.body as ReadableStream<Uint8Array>).untilEvents(count);
      await reader.cancel();
      return reader.events;
    };
    const verdict = (which: string) => `millrace.resume:{"verdict":"${which}"}`;
    expect(await resume(["a"], "1", 3)).toEqual([verdict("continued"), 'e:"a2"', 'e:"a3"']);
    expect(await resume(["b"], "1", 1)).toEqual([verdict("continued")]);
    expect(await resume(["b", "a"], "1", 4)).toEqual([verdict("continued"), 'e:"a2"', 'e:"a3"', 'e:"b1"']);
    expect(await resume(["b"], "3", 2)).toEqual([verdict("reset"), 'e:"b1"']);
  });
});

describe("a stream that is read by JavaScript", () => {
  test("comes in chunks of at most 16 KiB until it has caught up, and its end waits for who reads", async () => {
    const hub = createHub({ name: "chunks of streams" });
    const { id } = hub.publish("c", { event: "e", data: 0 });
    const text = "x".repeat(300_000);
    for (let n = 1; n <= 20; n++) hub.publish("c", { event: "e", data: [n, text] });
    const stream = await hub.response(new Request("http://host/", { headers: { "Last-Event-ID": id ?? "" } }), {
      channels: ["c"],
    });
    await hub.drain({ withinMs: 0, retrySpreadMs: 0 });
    let bytes = 0;
    let largest = 0;
    for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      largest = Math.max(largest, chunk.length);
    }
    expect(bytes).toBeGreaterThan(6_000_000);
    expect(largest).toBeLessThanOrEqual(16_384);
    expect(hub.stats().connections).toBe(0);
  });
});
