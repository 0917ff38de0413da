import { once } from "node:events";
import * as http2 from "node:http2";
import { Readable } from "node:stream";
import { answerRequest } from "../../js/src/server/http/answer-request.js";
import type { PlainAnswer } from "../../js/src/server/http/exchange.js";
import { createHub, type Hub, type ResponseOptions } from "../../js/src/server/index.js";
import type { CloseReason } from "../../js/src/server/observe/close-reason.js";
import { Http2Exchange } from "./http2_exchange.js";
import { listening, until } from "./listening.js";
import { StreamReader } from "./reading.js";

// What another HTTP server has to bring is an Exchange: here Node's core HTTP/2 streams, which neither of our adapters knows.

async function serving(hub: Hub, options: Partial<ResponseOptions> = {}, Adapter = Http2Exchange) {
  const reasons: CloseReason[] = [];
  const server = http2.createServer();
  const streams: http2.ServerHttp2Stream[] = [];
  server.on("stream", async (stream, headers) => {
    streams.push(stream);
    const answered = answerRequest(hub.name, new Adapter(stream, headers), { channels: ["c"], ...options });
    reasons.push(await answered);
  });
  const { port, close } = await listening(server);
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const request = async (headers: http2.OutgoingHttpHeaders = {}) => {
    const stream = session.request(headers);
    const [head] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
    const reader = new StreamReader(Readable.toWeb(stream as unknown as Readable) as ReadableStream<Uint8Array>);
    return { stream, head, reader };
  };
  const end = async () => {
    session.close();
    await close();
  };
  return { session, request, reasons, streams, end };
}

test("it streams, resumes, and ends whole", async () => {
  const hub = createHub({ name: "third: streams" });
  const { request, reasons, end } = await serving(hub, { closeAfter: "done", headers: { "X-Own": "1" } });
  const { id } = hub.publish("c", { event: "e", data: 0 });
  hub.publish("c", { event: "e", data: 1 });
  const { head, reader } = await request({ "last-event-id": id ?? "" });
  expect(head).toMatchObject({
    ":status": 200,
    "content-type": "text/event-stream; charset=utf-8",
    vary: "Accept",
    "x-own": "1",
  });
  await reader.untilEvents(2);
  hub.publish("c", { event: "done", data: 2 });
  await reader.toEnd();
  expect(reader.events).toEqual(['millrace.resume:{"verdict":"continued"}', "e:1", "done:2"]);
  await until(() => reasons.length === 1);
  expect(reasons).toEqual(["completed"]);
  const again = await request({ "last-event-id": reader.lastEventId });
  expect(again.head[":status"]).toBe(204);
  await again.reader.toEnd();
  await end();
});

test("it waits for a slow client, which gets every event", async () => {
  const hub = createHub({
    maxBytes: 2 ** 23,
    name: "third: slow",
    lagGraceMs: 600_000,
    history: { bytes: 2 ** 26 },
    lag: { bytes: 2 ** 26 },
  });
  const { request, streams, end } = await serving(hub);
  const { stream, reader } = await request();
  const large = "x".repeat(4 * 2 ** 20);
  hub.publish("c", { event: "e", data: large });
  await until(() => streams[0]?.writableNeedDrain === true);
  expect(streams[0]?.writableLength).toBeLessThan(2 ** 20);
  await reader.untilEvents(1);
  expect(reader.events).toEqual([`e:"${large}"`]);
  stream.close();
  await until(() => hub.stats().connections === 0);
  await end();
});

test("it polls, and the poll counts until it was sent", async () => {
  const hub = createHub({ name: "third: polls" });
  const { request, reasons, end } = await serving(hub);
  const { id } = hub.publish("c", { event: "e", data: 0 });
  hub.publish("c", { event: "e", data: 1 });
  const { head, reader } = await request({ accept: "application/json", "last-event-id": id ?? "" });
  expect(head).toMatchObject({ ":status": 200, "content-type": "application/json; charset=utf-8" });
  await reader.toEnd();
  expect(JSON.parse(reader.raw)).toMatchObject({ events: [{ event: "e", data: "1" }], verdict: "continued" });
  await until(() => hub.stats().connections === 0);
  expect(reasons).toEqual(["polled"]);
  await end();
});

test.each([
  ["a refusal", { authorize: () => false }, 403, "FORBIDDEN"],
  ["an error of the application's", { authorize: () => Promise.reject(new Error("secret")) }, 500, "INTERNAL_ERROR"],
])("it answers with %s, and the hub's listeners are told", async (name, options, status, code) => {
  const hub = createHub({ name: `third: ${name}` });
  const told: string[] = [];
  hub.on("refused", (event) => told.push(event.code));
  hub.on("error", (event) => told.push(event.code));
  const { request, reasons, end } = await serving(hub, options);
  const { head, reader } = await request();
  expect(head).toMatchObject({ ":status": status, "content-type": "application/problem+json" });
  await reader.toEnd();
  expect(JSON.parse(reader.raw)).toMatchObject({ code });
  expect([reasons, told]).toEqual([["refused"], [status === 403 ? "FORBIDDEN" : "authorize"]]);
  await end();
});

/** An adapter that cannot send what it is to send: its methods reject, as asynchronous ones do. */
class FailingExchange extends Http2Exchange {
  override async stream(): Promise<never> {
    throw new Error("no stream");
  }

  override async answer(answer: PlainAnswer): Promise<CloseReason> {
    if (answer.status === 200) throw new Error("no answer");
    return super.answer(answer);
  }
}

test.each([
  ["stream", {}],
  ["poll", { accept: "application/json" }],
])("a %s that its adapter cannot send is given up, and the client is refused", async (what, headers) => {
  const hub = createHub({ name: `third: unsent ${what}` });
  const { request, reasons, end } = await serving(hub, {}, FailingExchange);
  const { head, reader } = await request(headers);
  await reader.toEnd();
  expect([head[":status"], reasons, hub.stats().connections]).toEqual([500, ["refused"], 0]);
  await end();
});

test("a stream whose client aborts has ended, and nothing is opened for a client that aborts while it is asked for", async () => {
  const hub = createHub({ name: "third: aborts" });
  let admit = () => {};
  let asked = 0;
  const authorize = ({ request }: { request: { url: string } }) => {
    asked += 1;
    return (
      request.url === "/" ||
      new Promise<boolean>((resolve) => {
        admit = () => resolve(true);
      })
    );
  };
  const { session, request, reasons, streams, end } = await serving(hub, { authorize });
  const { stream, reader } = await request();
  await reader.until(({ text }) => text.includes("id:"));
  stream.close(http2.constants.NGHTTP2_CANCEL);
  await until(() => reasons.length === 1);
  const waiting = session.request({ ":path": "/waiting" });
  await until(() => asked === 2);
  waiting.close(http2.constants.NGHTTP2_CANCEL);
  await until(() => streams[1]?.closed === true);
  admit();
  await until(() => reasons.length === 2);
  expect(reasons).toEqual(["disconnected", "disconnected"]);
  expect(hub.stats().connections).toBe(0);
  await end();
});
