// Ids of servers that are not ours, which a request could not bring back: they would end the client, or be others there.
import { SSEClient } from "../../../js/src/client/index.js";
import { closeAll, FAST, ManualClock, nextEvent, watch } from "./helpers.js";
import { event, requestAfter, startPolling } from "./polling.js";
import { ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

const BAD_IDS: [string, string][] = [
  ["a control character", "a\u0001b"],
  ["a tab", "a\tb"],
  ["DEL", "\u007f"],
  ["a space first", " 7"],
  ["a space last", "7 "],
  ["4,097 bytes", "x".repeat(4097)],
];

const send = (id: string, data: string) => `id: ${id}\ndata: ${data}\n\n`;

test.each(BAD_IDS)("an id with %s is the event's, and not the cursor", async (_, id) => {
  const { client, errors, messages, log } = watch(server.url, { retry: FAST });
  const ids: string[] = [];
  client.addEventListener("message", ({ lastEventId }) => void ids.push(`${lastEventId}|${client.lastEventId}`));
  const first = await server.next();
  first.stream(`${send("1", "a")}${send(id, "b")}${send(id, "again")}data: c\n\n`);
  await until(() => messages.length === 4);
  expect(ids).toEqual(["1|1", `${id}|1`, `${id}|1`, `${id}|1`]);
  expect(errors.map(({ code }) => code)).toEqual(["INVALID_FIELD"]);
  expect(log.slice(2)).toEqual(["message", "message", "message", "message", "error"]);

  first.destroy();
  const second = await server.next();
  expect(second.lastEventId).toBe("1");
  // What came already is a repeat, whatever its id; what is new moves the cursor.
  second.stream(send(id, "b") + send("2", "d"));
  await until(() => messages.length === 5);
  expect([messages[4], client.lastEventId, client.state]).toEqual(["message:d", "2", "connected"]);
});

test("it is said once a connection, with what is wrong", async () => {
  const { client, errors, messages } = watch(server.url, { retry: FAST });
  const first = await server.next();
  first.stream(send("a\tb", "1") + send(" c", "2") + send("d\t", "3"));
  await until(() => messages.length === 3);
  const said = () => errors.filter(({ code }) => code === "INVALID_FIELD").map(({ message }) => message);
  expect(said()).toEqual(["An event id that cannot be sent back was passed over"]);
  first.destroy();
  const second = await server.next();
  expect(second.lastEventId).toBeUndefined();
  // An event without an id has that in force, which is no news.
  second.stream("data: 4\n\n");
  await until(() => messages.length === 4);
  expect(said().length).toBe(1);
  second.write(send(" e", "5"));
  await until(() => messages.length === 5);
  expect(said()[1]).toMatch(/^An event id that cannot be sent back/);
  expect([client.lastEventId, client.state]).toEqual(["", "connected"]);
});

test("an empty id still resets the cursor, and one of a block without data still moves it", async () => {
  const { client, errors } = watch(server.url, { retry: FAST });
  const exchange = await server.next();
  exchange.stream(`${send("1", "a")}id: 2\n\n`);
  await until(() => client.lastEventId === "2");
  exchange.write("id: \u0002\n\n");
  await until(() => errors.length === 1);
  expect(client.lastEventId).toBe("2");
  exchange.write("id\n\n");
  await until(() => client.lastEventId === "");
  exchange.destroy();
  expect((await server.next()).lastEventId).toBeUndefined();
});

test("events without an id of their own behind a bad one are no repeats", async () => {
  const { messages } = watch(server.url, { retry: FAST });
  const exchange = await server.next();
  exchange.stream(send("\u0001", "a"));
  for (const data of ["b", "c"]) {
    await until(() => messages.length > 0);
    exchange.write(`data: ${data}\n\n`);
  }
  await until(() => messages.length === 3);
  expect(messages).toEqual(["message:a", "message:b", "message:c"]);
});

test("a listener that closes at the event does not hear of its id", async () => {
  const { client, errors } = watch(server.url, { retry: FAST });
  client.addEventListener("message", () => client.close());
  (await server.next()).stream(send("\u0001", "a"));
  await nextEvent(client, "close");
  expect([errors, client.lastEventId]).toEqual([[], ""]);
});

test.each([
  ["a\tb", undefined],
  ["x".repeat(5000), undefined],
  ["k3.7", "k3.7"],
])("the cursor in the head: %j", async (id, sent) => {
  const { client, errors, log } = watch(server.url, { retry: FAST });
  const first = await server.next();
  first.stream("", { "x-last-event-id": id });
  await nextEvent(client, "open");
  const codes = sent === undefined ? ["INVALID_FIELD"] : [];
  await until(() => errors.length === codes.length);
  expect(errors.map(({ code }) => code)).toEqual(codes);
  expect([client.lastEventId, ...log]).toEqual([sent ?? "", ...codes.map(() => "error"), "connected", "open"]);
  first.destroy();
  expect((await server.next()).lastEventId).toBe(sent);
});

test.each([...BAD_IDS, ["NUL", "a\0b"]] as [string, string][])(
  "the option lastEventId with %s is refused",
  (_, lastEventId) => {
    expect(() => new SSEClient(server.url, { lastEventId })).toThrow(
      expect.objectContaining({ code: "INVALID_FIELD" }),
    );
  },
);

test.each([...BAD_IDS, ["CR and LF", "a\r\nb"], ["NUL", "a\0b"]] as [string, string][])(
  "an id of a poll with %s is not the cursor of the next",
  async (_, id) => {
    const clock = new ManualClock(0.5);
    const { poll, client, errors, messages } = await startPolling(server, clock, { lastEventId: "e.0" });
    errors.length = 0;
    const answer = { events: [event("e.1"), event(id, "bad")], lastEventId: id, verdict: "continued" };
    poll.json(answer);
    await until(() => messages.length === 2);
    expect([client.lastEventId, ...errors.map(({ code }) => code)]).toEqual(["e.1", "INVALID_FIELD"]);
    const next = await requestAfter(server, clock);
    expect(next.lastEventId).toBe("e.1");
    // It is asked for again, comes again, and is a repeat.
    next.json({ ...answer, events: [event(id, "bad"), event("e.3")], lastEventId: "e.3" });
    await until(() => messages.length === 3);
    expect([client.lastEventId, messages[2], errors.length]).toEqual(["e.3", "message:e.3", 1]);
  },
);
