import {
  createHub,
  type Hub,
  type HubEvents,
  type PollBody,
  type ResponseOptions,
  SSEError,
} from "../../js/src/server/index.js";
import { attaching, serving, until } from "./listening.js";
import { asking, type Poller, resolvable, type Way } from "./polling.js";
import { RawClient } from "./raw_client.js";

const WAYS: Way[] = ["response", "attach"];
const publish = (hub: Hub, data: unknown, channel = "c") => hub.publish(channel, { event: "e", data }).id;
const dataOf = ({ events }: PollBody) => events.map(({ data }) => data);

let client: Poller;
afterEach(() => client.close());

describe.each(WAYS)("by %s", (way) => {
  let count = 0;
  /** A hub, and the client that the options' route answers. */
  async function polled(options: Partial<ResponseOptions> = {}, hubOptions: Parameters<typeof createHub>[0] = {}) {
    const hub = createHub({ name: `poll ${way} ${++count}`, ...hubOptions });
    client = await asking(hub, way, { channels: ["c"], ...options });
    return hub;
  }

  test("without a cursor it begins now, without history", async () => {
    const hub = await polled({ headers: { "X-Own": "1" }, traceId: "t-1" });
    const id = publish(hub, "before");
    const { status, headers, json } = await client.ask();
    expect([status, await json()]).toEqual([200, { events: [], lastEventId: id, verdict: null }]);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      vary: "Accept",
      "x-own": "1",
      "x-trace-id": "t-1",
    });
    expect(headers.has("x-heartbeat-interval")).toBe(false);
    expect(hub.stats().connections).toBe(0);
  });

  test("with a cursor it gives what came since, once; the cursor may be in the query", async () => {
    const hub = await polled();
    const first = await client.poll();
    const ids = [1, 2].map((n) => publish(hub, { n }));
    hub.publish("c", { data: 3 } as never);
    const second = await client.poll(first.lastEventId);
    expect(second.verdict).toBe("continued");
    expect(second.events).toEqual([
      { event: "e", data: '{"n":1}', id: ids[0] },
      { event: "e", data: '{"n":2}', id: ids[1] },
      { event: "message", data: "3", id: expect.any(String) },
    ]);
    const third = await client.poll(second.lastEventId);
    expect(third).toEqual({ events: [], lastEventId: expect.any(String), verdict: "continued" });
    publish(hub, 4);
    const { json } = await client.ask({ path: `/?lastEventId=${encodeURIComponent(third.lastEventId)}` });
    expect(dataOf(await json())).toEqual(["4"]);
    expect(dataOf(await client.poll(ids[1] ?? ""))).toEqual(["3", "4"]);
  });

  test("several channels come in the order of publishing, and only the types that the route wants", async () => {
    const hub = await polled({ channels: ["a", "b"], events: ["e"] });
    const { lastEventId } = await client.poll();
    for (let n = 0; n < 6; n++) {
      publish(hub, n, n % 3 === 0 ? "a" : "b");
      hub.publish("a", { event: "other", data: n });
      publish(hub, n, "elsewhere");
    }
    expect(dataOf(await client.poll(lastEventId))).toEqual(["0", "1", "2", "3", "4", "5"]);
  });

  test("what is evicted is a gap, but not what the client had no use for", async () => {
    const hub = await polled({ events: ["e"] }, { history: { events: 3 } });
    let { lastEventId, verdict } = await client.poll();
    for (let round = 0; round < 5; round++) {
      for (let n = 0; n < 2; n++) hub.publish("c", { event: "other", data: n });
      ({ lastEventId, verdict } = await client.poll(lastEventId));
      expect(verdict).toBe("continued");
    }
    for (let n = 0; n < 5; n++) publish(hub, n);
    const late = await client.poll(lastEventId);
    expect([late.verdict, dataOf(late)]).toEqual(["gap", ["2", "3", "4"]]);
    expect(await client.poll(late.lastEventId)).toMatchObject({ events: [], verdict: "continued" });
  });

  test("an unknown cursor is reset once, to all that there is", async () => {
    const hub = await polled();
    const empty = await client.poll("another.7");
    expect([empty.verdict, empty.events]).toEqual(["reset", []]);
    expect(await client.poll(empty.lastEventId)).toMatchObject({ events: [], verdict: "continued" });
    publish(hub, 1);
    const { verdict, events } = await client.poll("another.7");
    expect([verdict, events.length]).toEqual(["reset", 1]);
  });

  test("after a closeAfter event there is nothing more", async () => {
    const hub = await polled({ closeAfter: "done" });
    const first = await client.poll();
    publish(hub, 1);
    const { id } = hub.publish("c", { event: "done", data: 2 });
    publish(hub, "too late");
    const last = await client.poll(first.lastEventId);
    expect([dataOf(last), last.lastEventId]).toEqual([["1", "2"], id]);
    const over = await client.ask({ cursor: last.lastEventId });
    expect([over.status, await over.text(), over.headers.get("cache-control")]).toEqual([204, "", "no-store"]);
    expect(hub.stats().connections).toBe(0);
  });

  test("non-ASCII text and lines arrive as they are", async () => {
    const hub = await polled();
    const { lastEventId } = await client.poll();
    hub.publish("c", { event: "größe", data: "日本 🎉", id: "schlüssel-日本" });
    hub.publish("c", { event: "e", data: 'one\n\r\ntwo: "x"\n', raw: true } as never);
    const { events } = await client.poll(lastEventId);
    expect(events).toEqual([
      { event: "größe", data: '"日本 🎉"', id: "schlüssel-日本" },
      { event: "e", data: 'one\n\ntwo: "x"\n', id: expect.any(String), raw: true },
    ]);
    expect((await client.poll("schlüssel-日本")).events).toEqual(events.slice(1));
  });

  test("a snapshot goes first, without ids, to who begins or has missed something", async () => {
    const messages = [{ event: "state", data: 1 }, { retry: 70 }, { data: 2 }];
    const hub = await polled({ snapshot: () => messages }, { history: { events: 2 } });
    const snapshot = [
      { event: "state", data: "1" },
      { event: "message", data: "2" },
    ];
    const id = publish(hub, 0);
    expect(await client.poll()).toEqual({ events: snapshot, lastEventId: id, verdict: null, retryMs: 70 });
    const continued = await client.poll(id ?? "");
    expect(continued.events).toEqual([]);
    const ids = [1, 2, 3].map((n) => publish(hub, n));
    const gap = await client.poll(id ?? "");
    expect([gap.verdict, gap.events.slice(0, 2)]).toEqual(["gap", snapshot]);
    expect(gap.events.slice(2).map((event) => event.id)).toEqual(ids.slice(1));
    expect(await client.poll("another.7")).toMatchObject({ verdict: "reset", events: gap.events });
  });

  test("what is published while the snapshot is made follows it", async () => {
    const { promise, resolve } = resolvable<{ event: string; data: string }>();
    const asked = resolvable<void>();
    const hub = await polled({
      snapshot: () => {
        asked.resolve();
        return promise;
      },
    });
    const answer = client.poll();
    await asked.promise;
    const id = publish(hub, "meanwhile");
    resolve({ event: "state", data: "made" });
    expect(await answer).toEqual({
      events: [
        { event: "state", data: '"made"' },
        { event: "e", data: '"meanwhile"', id },
      ],
      lastEventId: id,
      verdict: null,
    });
  });

  test("counts as a connection while it is answered; limits and drain refuse it", async () => {
    const { promise, resolve } = resolvable<undefined>();
    const options = { userId: "ann", snapshot: () => promise };
    const hub = await polled(options, { limits: { perUser: 1, connections: 2 } });
    const heard: [string, HubEvents[keyof HubEvents]][] = [];
    for (const type of ["connection", "close", "refused"] as const) hub.on(type, (event) => heard.push([type, event]));
    const slow = client.ask();
    await until(() => hub.connectionCount("c") === 1);
    const second = await client.ask();
    expect([second.status, await second.json()]).toMatchObject([429, { code: "TOO_MANY_CONNECTIONS" }]);
    const other = hub.createStream();
    expect((await client.ask()).status).toBe(503);
    const drained = hub.drain({ withinMs: 0 });
    resolve(undefined);
    const answered = await slow;
    expect(answered.status).toBe(200);
    await answered.json();
    other.close();
    await drained;
    const late = await client.ask();
    expect([late.status, await late.json()]).toMatchObject([503, { code: "DRAINING" }]);
    expect(heard.map(([type, event]) => [type, (event as { code: string }).code])).toEqual([
      ["refused", "TOO_MANY_CONNECTIONS"],
      ["connection", undefined], // the stream without a channel
      ["refused", "SERVER_FULL"],
      ["close", undefined],
      ["refused", "DRAINING"],
    ]);
    await until(() => hub.stats().connections === 0);
  });

  test("authorize refuses it as a stream", async () => {
    const hub = await polled({
      authorize: () => {
        throw new SSEError("UNAUTHENTICATED", "Sign in first");
      },
    });
    const answer = await client.ask();
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect([answer.status, await answer.json()]).toMatchObject([401, { detail: "Sign in first" }]);
    expect(hub.stats().connections).toBe(0);
  });

  test("what concerns streams that last does not concern it", async () => {
    const reasons: string[] = [];
    const { promise, resolve } = resolvable<undefined>();
    const hub = await polled(
      { onClose: (reason) => reasons.push(reason), snapshot: () => promise },
      { compress: true, maxDurationMs: 1, retryMs: 123, heartbeat: { everyMs: 1, event: "beat" } },
    );
    const answer = client.poll();
    setTimeout(resolve, 20);
    expect(await answer).toMatchObject({ events: [], retryMs: 123, verdict: null });
    expect([reasons, hub.stats().connections]).toEqual([[], 0]);
  });

  test("HEAD gets the headers", async () => {
    const hub = await polled();
    const { status, headers, text } = await client.ask({ method: "HEAD" });
    expect([status, headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
    expect([await text(), hub.stats().connections]).toEqual(["", 0]);
  });

  test.each([
    ["application/json", "application/json; charset=utf-8"],
    ["Application/JSON;q=0.5, text/plain, */*;q=0.1", "application/json; charset=utf-8"],
    ["application/json, text/event-stream;q=0", "application/json; charset=utf-8"],
    ["application/json, text/event-stream;q=0.1", "text/event-stream; charset=utf-8"],
    ["application/json;q=0, */*", "text/event-stream; charset=utf-8"],
    ["*/*", "text/event-stream; charset=utf-8"],
    ["application/json;q=0", "application/problem+json"],
  ])("Accept: %s gets %s", async (accept, type) => {
    const hub = await polled();
    const answer = await client.ask({ accept });
    expect(answer.headers.get("content-type")).toBe(type);
    if (answer.status === 200) expect(answer.headers.get("vary")).toBe("Accept");
    await answer.leave();
    await until(() => hub.stats().connections === 0);
  });
});

test("a client that aborts while it is asked who it is leaves nothing behind", async () => {
  const hub = createHub({ name: "poll aborted" });
  client = await asking(hub, "response", { channels: ["c"] });
  const abort = new AbortController();
  const request = new Request("http://host/", { headers: { Accept: "application/json" }, signal: abort.signal });
  const authorize = async () => {
    abort.abort();
    return true;
  };
  await hub.response(request, { channels: ["c"], authorize });
  expect(hub.stats().connections).toBe(0);
});

describe("attach", () => {
  test("gives a stream that has ended, and Node keeps the connection", async () => {
    const hub = createHub({ name: "poll keep-alive" });
    const { port, streams, close } = await attaching(hub, { channels: ["c"], closeAfter: "done" });
    const headers = { Accept: "application/json" };
    const raw = await RawClient.open(port, { headers });
    await raw.until(({ isWhole }) => isWhole);
    const { id } = hub.publish("c", { event: "done", data: 1 });
    raw.request({ headers: { ...headers, "Last-Event-ID": id ?? "" } });
    await raw.until(({ isWhole }) => isWhole);
    expect(raw.status).toBe(204);
    expect(await Promise.all(streams.map(({ closed }) => closed))).toEqual(["polled", "completed"]);
    expect(streams.every(({ signal }) => signal.aborted)).toBe(true);
    raw.leave();
    await close();
  });

  test("writes nothing to a client that has gone, and adds to what Vary says", async () => {
    const hub = createHub({ name: "poll left" });
    const reasons: string[] = [];
    const { port, close } = await serving(async (req, res) => {
      res.setHeader("Vary", "Origin");
      if (req.url === "/gone") res.destroy();
      const stream = await hub.attach(req, res, { channels: ["c"], compress: true });
      reasons.push(await stream.closed);
    });
    const headers = { Accept: "application/json" };
    const url = `http://127.0.0.1:${port}/`;
    await expect(fetch(`${url}gone`, { headers })).rejects.toThrow();
    expect((await fetch(url, { headers })).headers.get("vary")).toBe("Origin, Accept");
    expect(reasons).toEqual(["disconnected", "polled"]);
    const stream = await fetch(url);
    expect(stream.headers.get("vary")).toBe("Origin, Accept, Accept-Encoding");
    await stream.body?.cancel();
    await until(() => reasons.length === 3);
    await close();
  });

  test.each([
    ["refused", 403],
    ["nothing left", 204],
  ])("%s, an answer adds to what Vary says, too", async (name, status) => {
    const hub = createHub({ name: `poll vary ${name}` });
    const last = hub.publish("c", { event: "done", data: 1 }).id ?? "";
    const { port, close } = await serving(async (req, res) => {
      res.setHeader("Vary", "Origin");
      const authorize = () => status === 204;
      const headers = { Vary: "Cookie" };
      await hub.attach(req, res, { channels: ["c"], closeAfter: "done", authorize, headers });
    });
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { "Last-Event-ID": last } });
    expect([answer.status, answer.headers.get("vary")]).toEqual([status, "Origin, Cookie"]);
    await close();
  });
});
