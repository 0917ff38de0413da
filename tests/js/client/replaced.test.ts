// What a listener, the tape or an option's function does to the connection in the middle of it.
import type { SSEClientOptions, SSECloseEvent } from "../../../js/src/client/index.js";
import { closeAll, FAST, nextEvent, watch } from "./helpers.js";
import { MILLRACE, ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);
const POST = { body: "order" };
const SSE = { "content-type": "text/event-stream" };

/** A client of a stream that is open. */
async function streaming(options: SSEClientOptions = {}, beginning = MILLRACE) {
  const watched = watch(server.url, options);
  const first = await server.next();
  first.stream(beginning);
  await nextEvent(watched.client, "open");
  return { ...watched, first };
}

describe("a POST whose stream resumes", () => {
  const firstEvent = "id: e.1\ndata: 1\n\n";

  test.each([
    ["is cut before it says anything", (): void => {}],
    ["ends before it says anything", null],
  ])("goes on where the second connection %s", async (_, cut) => {
    const { client, messages, first } = await streaming(POST, MILLRACE + firstEvent);
    await until(() => messages.length === 1);
    first.destroy();
    const second = await server.next();
    second.begin(200, SSE, ":\n\n");
    if (cut) second.destroy();
    else second.end();
    const third = await server.next();
    expect([third.method, third.lastEventId]).toEqual(["POST", "e.1"]);
    third.stream(`${MILLRACE}id: e.2\ndata: 2\n\n`);
    await until(() => messages.length === 2);
    expect([client.state, client.completed]).toEqual(["connected", false]);
  });

  test("is asked for again where its server cannot be reached at first", async () => {
    const { messages, first } = await streaming(POST, MILLRACE + firstEvent);
    await until(() => messages.length === 1);
    first.destroy();
    (await server.next()).destroy();
    const third = await server.next();
    third.stream(`${MILLRACE}id: e.2\ndata: 2\n\n`);
    await until(() => messages.length === 2);
  });
});

test("reconnect() while a POST is under way does not order it twice", async () => {
  const { client } = watch(server.url, POST);
  const first = await server.next();
  client.reconnect();
  await until(() => client.implementation !== null);
  client.reconnect();
  first.destroy();
  await nextEvent(client, "close");
  expect([client.state, server.requests]).toEqual(["error", 1]);
});

test("a POST whose headers could not be made was not sent, and is tried again", async () => {
  let calls = 0;
  const headers = () => {
    if (calls++ === 0) throw new Error("no token yet");
    return {};
  };
  const { client, errors } = watch(server.url, { ...POST, headers });
  const first = await server.next();
  first.stream(MILLRACE);
  await nextEvent(client, "open");
  expect(errors.map(({ code }) => code)).toEqual(["CONNECTION_FAILED"]);
});

describe("reconnect() in a listener, with more behind it in the chunk", () => {
  const reconnectAt = (client: EventTarget & { reconnect(): void }, data: string) => {
    let did = false;
    client.addEventListener("message", (event) => {
      if ((event as MessageEvent).data !== data || did) return;
      did = true;
      client.reconnect();
    });
  };

  test("what follows is still that stream's: a [DONE] of ours is data", async () => {
    const { client, messages, first } = await streaming();
    reconnectAt(client, "1");
    first.write("id: e.1\ndata: 1\n\nid: e.2\n:raw\ndata: [DONE]\n\n");
    const second = await server.next();
    expect(second.lastEventId).toBe("e.2");
    second.stream(`${MILLRACE}id: e.3\ndata: 3\n\n`);
    await until(() => messages.length === 3);
    expect([messages, client.state]).toEqual([["message:1", "message:[DONE]", "message:3"], "connected"]);
  });

  test.each([
    ["the end", '{"reason":"closed","reconnect":false}'],
    ["a planned end", '{"reason":"draining","reconnect":true}'],
  ])("%s that follows is not that of the new connection, which close() ends", async (_, end) => {
    const { client, messages, first } = await streaming();
    reconnectAt(client, "1");
    first.write(`id: e.1\ndata: 1\n\nevent: millrace.end\ndata: ${end}\n\n`);
    const second = await server.next();
    second.stream(`${MILLRACE}id: e.2\ndata: 2\n\n`);
    await until(() => messages.length === 2);
    await settle();
    expect([client.state, server.requests]).toEqual(["connected", 2]);
    client.close();
    await second.gone;
  });
});

test.each(["connect", "open", "bytes", "end"] as const)(
  "a tape that closes the client at %s: nothing follows",
  async (kind) => {
    const log: string[] = [];
    const { client } = watch(server.url, {
      retry: FAST,
      tape: {
        write: (entry: { kind: string }) => {
          if (entry.kind === kind) client.close();
        },
      } as SSEClientOptions["tape"] & object,
    });
    for (const type of ["message", "error", "open"]) client.addEventListener(type, () => log.push(type));
    const closed = nextEvent(client, "close");
    void server.next().then((first) => {
      first.stream("data: 1\n\n");
      first.end();
    });
    expect(((await closed) as SSECloseEvent).reason).toBe("client");
    const before = [...log];
    await settle();
    expect(log).toEqual(before);
    expect([client.state, log.includes("error"), log.includes("message") && kind !== "end"]).toEqual([
      "disconnected",
      false,
      false,
    ]);
  },
);

test("isFinal that closes the client: no error follows", async () => {
  const { client, errors } = watch(server.url, {
    isFinal: () => {
      client.close();
      return true;
    },
  });
  const closed = nextEvent(client, "close");
  (await server.next()).respond(500);
  await closed;
  await settle();
  expect([client.state, errors]).toEqual(["disconnected", []]);
});

test.each([
  ["null, which is left out", null, "heartbeat"],
  ["no well-formed text", "\ud800", "\ufffd"],
])("a heartbeatEvent that is %s", async (_, heartbeatEvent, type) => {
  const { client, messages, first } = await streaming({
    heartbeatEvent: heartbeatEvent as string,
    events: ["message"],
  });
  first.write(`event: ${type}\ndata: {"uptimeMs":${"9".repeat(400)}}\n\ndata: 1\n\n`);
  await until(() => messages.length === 1);
  expect([client.state, client.latencyMs]).toEqual(["connected", null]);
});
