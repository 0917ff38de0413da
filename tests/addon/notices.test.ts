// What streams say of themselves: that they are Millrace's, and that they have come to their end.
import { runInNewContext } from "node:vm";
import { SSEClient, type SSEClientOptions, type SSECloseEvent } from "../../js/src/client/index.js";
import { createHub, createSSEStream, type SSEStream, sseResponse } from "../../js/src/server/index.js";
import { attaching, serving, until } from "./listening.js";
import { BEGIN, endOf } from "./notices.js";
import { piping } from "./piping.js";
import { RawClient } from "./raw_client.js";

const ITS_OWN = BEGIN.replace("true", "false");
let hubs = 0;
const newHub = (options = {}) => createHub({ name: `notices ${++hubs}`, ...options });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What a client made of a server: all that it heard, and how often it asked. */
async function heardBy(port: number, options: SSEClientOptions = {}) {
  const client = new SSEClient(`http://127.0.0.1:${port}/`, {
    retry: { baseMs: 1, maxMs: 1, serverMinMs: 0 },
    breaker: false,
    ...options,
  });
  closing.push(() => client.close());
  const heard: string[] = [];
  const errors: unknown[] = [];
  for (const type of ["message", "token", "complete"])
    client.addEventListener(type, (event) => heard.push((event as MessageEvent).data));
  client.addEventListener("error", (event) => errors.push(event.error));
  const closed = new Promise<SSECloseEvent>((resolve) => client.addEventListener("close", resolve));
  return { client, heard, errors, closed };
}

describe("the bytes", () => {
  test("an answer of its own: that it does not resume, and why it ended", async () => {
    const stream = createSSEStream({ heartbeat: false });
    stream.send({ data: "Hello" });
    stream.close("quota");
    const text = await sseResponse(stream).text();
    expect(text.replace(/id: .*/g, "id")).toBe(`${ITS_OWN}id\n\nid\ndata: "Hello"\n\n${endOf("quota")}`);
  });

  test.each([true, false])("written by the core: %s", async (direct) => {
    const hub = newHub();
    const server = await attaching(hub, { channels: ["c"], direct });
    closing.push(server.close);
    const client = await (await RawClient.open(server.port)).untilOpen();
    await until(() => !direct || hub.stats().takenOver === 1);
    hub.publish("c", { event: "message", data: 1 });
    server.streams[0]?.close("done with it");
    await client.until(({ isWhole }) => isWhole);
    const text = client.raw.replace(/: .*heartbeat.*\n\n/g, "").replace(/id: .*/g, "id");
    expect(text).toBe(`${BEGIN}id\n\nevent: message\nid\ndata: 1\n\n${endOf("done with it")}`);
    expect(await server.streams[0]?.closed).toBe("done with it");
  });

  test("raw data is marked, and other data is not", async () => {
    const stream = createSSEStream({ heartbeat: false });
    stream.send({ event: "token", data: " 7", raw: true });
    stream.send({ event: "token", data: " 7" });
    stream.close();
    expect((await sseResponse(stream).text()).replace(/id: .*/g, "id")).toContain(
      'raw\nevent: token\nid\ndata:  7\n\nevent: token\nid\ndata: " 7"\n\n',
    );
  });

  test("a reason that is too long is refused, and the stream goes on", () => {
    const stream = createSSEStream();
    expect(() => stream.close("x".repeat(1025))).toThrow(expect.objectContaining({ code: "INVALID_FIELD" }));
    expect(() => stream.close(7 as never)).toThrow(TypeError);
    expect(stream.signal.aborted).toBe(false);
    stream.close("x".repeat(1024));
  });
});

describe("sseResponse", () => {
  const textOf = (parts: readonly (string | Uint8Array)[]) =>
    sseResponse(
      new ReadableStream<string | Uint8Array>({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          controller.close();
        },
      }),
    ).text();

  test("takes what createSSEStream gives, and its stream alone with the same headers", async () => {
    const request = new Request("http://host/");
    const make = () => createSSEStream({ request, traceId: "t", heartbeat: { everyMs: 5000 }, maxDurationMs: 9000 });
    const whole = make();
    const { stream, send, close } = make();
    const headersOf = (response: Response) => Object.fromEntries(response.headers);
    const response = sseResponse(stream);
    expect({ ...headersOf(response), "x-last-event-id": "" }).toEqual({
      ...headersOf(sseResponse(whole)),
      "x-last-event-id": "",
    });
    expect(response.headers.get("x-trace-id")).toBe("t");
    send({ data: 1 });
    close();
    expect(await response.text()).toContain(`data: 1\n\n${endOf("closed")}`);
    whole.close();
  });

  test.each<[string, (string | Uint8Array)[], string]>([
    ["whole events", ["data: 1\n\n"], "data: 1\n\n"],
    ["whole events by CRLF", ["data: 1\r\n\r\n"], "data: 1\r\n\r\n"],
    ["whole events by CR", ["data: 1\r\r"], "data: 1\r\r"],
    ["an event cut over chunks", ["da", "ta: 1", "\n", "\n"], "data: 1\n\n"],
    ["bytes", [new TextEncoder().encode("data: ü\n\n")], "data: ü\n\n"],
    ["a last event without its empty line", ["data: 1\n"], "data: 1\n\n"],
    ["a last event without its line end", ["data: 1"], "data: 1\n\n"],
    ["a last event by CRLF without its empty line", ["data: 1\r", "\n"], "data: 1\r\n\n"],
    ["a last event by CR without its empty line", ["data: 1\r"], "data: 1\r\r"],
    ["a pair of surrogates that is cut", ["data: \ud83d", "", "\ude00\n\n"], "data: 😀\n\n"],
    ["half a pair at the end", ["data: 1\n\n\ud83d"], "data: 1\n\n\ufffd\n\n"],
    ["half a pair, and then bytes", ["data: \ud83d", new TextEncoder().encode("!\n\n")], "data: \ufffd!\n\n"],
    ["nothing", [], ""],
    ["an empty chunk", ["data: 1\n\n", ""], "data: 1\n\n"],
  ])("tells the end of another stream: %s", async (_, parts, expected) => {
    expect(await textOf(parts)).toBe(expected + endOf("closed"));
  });

  test.each<[string, (stream: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>]>([
    ["piped", (stream) => stream.pipeThrough(new TransformStream())],
    ["teed", (stream) => stream.tee()[0]],
    ["fetched", (stream) => new Response(stream).body as ReadableStream<Uint8Array>],
  ])("of Millrace's that was %s says its end itself, or none", async (_, pass) => {
    const hub = newHub();
    const { send, stream } = hub.createStream();
    hub.register("c", send);
    const passed = sseResponse(pass(stream)).text();
    hub.close();
    const text = await passed;
    expect(text.endsWith(endOf("draining", true))).toBe(true);
    expect(text.split("event: millrace.end")).toHaveLength(2);
    const cut = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(`: s1\n\n${BEGIN}id: a.1\ndata: 1\n\n`));
        controller.close();
      },
    });
    expect(await sseResponse(pass(cut)).text()).toBe(`: s1\n\n${BEGIN}id: a.1\ndata: 1\n\n`);
  });

  test("takes bytes of another realm", async () => {
    const foreign = runInNewContext("new Uint8Array([100, 97, 116, 97, 58, 49, 10, 10])");
    const source = new ReadableStream({
      start(controller) {
        controller.enqueue(foreign);
        controller.close();
      },
    });
    expect(await sseResponse(source).text()).toBe(`data:1\n\n${endOf("closed")}`);
  });

  test("tells no end of one that fails, or is encoded, or is cancelled", async () => {
    const failing = new ReadableStream({
      pull(controller) {
        controller.error(new Error("the model has died"));
      },
    });
    await expect(sseResponse(failing).text()).rejects.toThrow("the model has died");
    const encoded = new Blob(["data: 1\n\n"]).stream();
    expect(await sseResponse(encoded, { headers: { "Content-Encoding": "gzip" } }).text()).toBe("data: 1\n\n");
    let reason: unknown;
    const endless = new ReadableStream({
      cancel(why) {
        reason = why;
      },
    });
    await sseResponse(endless).body?.cancel("gone");
    expect(reason).toBe("gone");
  });

  test("refuses what is no stream, one that is read already, and one of something else", async () => {
    const bad = (value: unknown) => () => sseResponse(value as SSEStream);
    for (const value of [undefined, null, "data: x", {}, { stream: "x" }, new Response("x")])
      expect(bad(value)).toThrow(/^sseResponse takes a stream/);
    const locked = new ReadableStream();
    locked.getReader();
    expect(bad(locked)).toThrow(/read by somebody else/);
    let cancelled: unknown;
    const objects = new ReadableStream({
      pull: (controller) => controller.enqueue({ data: 1 }),
      cancel(reason) {
        cancelled = reason;
      },
    });
    await expect(bad(objects)().text()).rejects.toThrow(TypeError);
    expect(cancelled).toBeInstanceOf(TypeError);
  });
});

describe("with the client", () => {
  test("an answer to a POST is produced once", async () => {
    let produced = 0;
    const server = await serving((req, res) => {
      produced++;
      const stream = createSSEStream({ heartbeat: false });
      for (const token of ["Streams", " of", " events"]) stream.send({ event: "token", data: token });
      stream.close();
      req.resume();
      res.writeHead(200, { "Content-Type": "text/event-stream" });
      void (async () => {
        for await (const chunk of stream.stream) res.write(chunk);
        res.end();
      })();
    });
    closing.push(server.close);
    const { client, heard, errors, closed } = await heardBy(server.port, { method: "POST", body: "ask" });
    expect(await closed).toMatchObject({ reason: "closed", completed: true });
    expect([heard, errors, client.state, produced]).toEqual([
      ['"Streams"', '" of"', '" events"'],
      [],
      "disconnected",
      1,
    ]);
  });

  test.each(["attach", "piped"])("closeAfter is the end, and no error: %s", async (way) => {
    const hub = newHub();
    const options = { channels: ["c"], closeAfter: "token" };
    const server = way === "attach" ? await attaching(hub, options) : await piping(hub, options);
    closing.push(server.close);
    const { client, heard, errors, closed } = await heardBy(server.port);
    await until(() => hub.connectionCount("c") === 1);
    hub.publish("c", { event: "token", data: 1 });
    hub.publish("c", { event: "token", data: 2 });
    expect(await closed).toMatchObject({ reason: "completed", completed: true });
    expect([heard, errors, client.state]).toEqual([["1"], [], "disconnected"]);
  });

  test("a longest duration is no error: the client comes back, and misses nothing", async () => {
    const hub = newHub();
    const server = await attaching(hub, { channels: ["c"], maxDurationMs: 20 });
    closing.push(server.close);
    const { heard, errors, client } = await heardBy(server.port);
    const numbers = () => heard.filter((data) => !data.includes("duration_cap"));
    await until(() => client.state === "connected");
    for (let n = 0; n < 50; n++) {
      hub.publish("c", { event: "message", data: n });
      await until(() => numbers().length === n + 1 || hub.connectionCount("c") === 0 || client.state !== "connected");
    }
    await until(() => numbers().length >= 50 && server.streams.length > 1);
    expect([numbers().map(Number), errors]).toEqual([Array.from({ length: 50 }, (_, n) => n), []]);
    expect(heard.find((data) => data.includes("duration_cap"))).toMatch(
      /^{"reason":"duration_cap","duration":\d+\.\d{3}}$/,
    );
  });

  test("a drain is no error, and of an answer of its own the end, but not a whole one", async () => {
    const hub = newHub();
    const server = await attaching(hub, { channels: ["c"] });
    closing.push(server.close);
    // It comes back when the test is over: a hub that drains would refuse it.
    const one = await heardBy(server.port, { retry: { baseMs: 3_600_000, maxMs: 3_600_000, serverMinMs: 3_600_000 } });
    await until(() => one.client.state === "connected");
    const own = await serving((_, res) => {
      res.writeHead(200, { "Content-Type": "text/event-stream" });
      void (async () => {
        for await (const chunk of hub.createStream().stream) res.write(chunk);
        res.end();
      })();
    });
    closing.push(own.close);
    const other = await heardBy(own.port, { method: "POST", body: "ask" });
    await until(() => other.client.state === "connected");
    await hub.drain({ withinMs: 100, retrySpreadMs: 0 });
    expect(await other.closed).toMatchObject({ reason: "draining", completed: false });
    await until(() => one.client.state === "reconnecting");
    expect([one.errors, other.errors]).toEqual([[], []]);
  });
});
