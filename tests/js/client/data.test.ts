// What an event's data is: the exact text, and what the options say is made of it.

import { z } from "zod";
import { SSEClient, type SSEClientOptions, SSEMessageEvent } from "../../../js/src/client/index.js";
import { closeAll, FAST, watch } from "./helpers.js";
import { MILLRACE, ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

/** Texts that happen to be JSON, or nearly, and lose something when they are parsed. */
const TEXTS = [
  " 7",
  "7",
  "null",
  "true",
  "12345678901234567890",
  "-0",
  "1e3",
  "1.0",
  '"quoted"',
  "{}",
  "[1]",
  '{"a": 1}',
];

const raw = (text: string) => `raw\ndata: ${text}\n\n`;

async function hear(stream: string, options: SSEClientOptions, count: number) {
  const client = new SSEClient<Record<string, unknown>>(server.url, { retry: FAST, ...options });
  const events: SSEMessageEvent[] = [];
  const datas: unknown[] = [];
  const errors: [string, string | undefined][] = [];
  client.addEventListener("message", (event) => events.push(event));
  client.on("message", (data) => datas.push(data));
  client.addEventListener("error", ({ error }) => error && errors.push([error.code, error.raw]));
  (await server.next()).stream(stream);
  await until(() => events.length === count);
  client.close();
  return { events, datas, errors };
}

test("a message is a MessageEvent with the exact text, and is called as it was published, too", async () => {
  const { events } = await hear(`${MILLRACE}id: e.1\ndata:  {"a": 1}\n\n`, {}, 1);
  const [event] = events;
  expect(event).toBeInstanceOf(MessageEvent);
  expect(event).toBeInstanceOf(SSEMessageEvent);
  expect(event).toMatchObject({ type: "message", event: "message", data: ' {"a": 1}', lastEventId: "e.1", id: "e.1" });
  expect([event?.json, event?.isRaw, event?.origin]).toEqual([{ a: 1 }, false, server.origin]);
});

test("json is what `schema` makes of it, is undefined without data, and throws where there is none", async () => {
  const schema = { message: z.object({ at: z.coerce.date() }) };
  const text = '{"at":"2026-11-28T00:00:00Z"}';
  const [event] = (await hear(`data: ${text}\n\n`, { schema }, 1)).events;
  expect([event?.data, event?.json]).toEqual([text, { at: new Date("2026-11-28T00:00:00Z") }]);
  const { events } = await hear("data:\n\ndata: Hello\n\n", {}, 2);
  expect(events[0]?.json).toBeUndefined();
  expect(() => events[1]?.json).toThrow(expect.objectContaining({ code: "INVALID_JSON", raw: "Hello" }));
});

test("raw texts of Millrace's streams are never altered, and all else is what was published", async () => {
  const stream = MILLRACE + TEXTS.map(raw).join("") + TEXTS.map((text) => `data: ${JSON.stringify(text)}\n\n`).join("");
  const { events, datas, errors } = await hear(stream, {}, 2 * TEXTS.length);
  expect(datas).toEqual([...TEXTS, ...TEXTS]);
  expect(events.slice(0, TEXTS.length).map(({ data, isRaw }) => [data, isRaw])).toEqual(
    TEXTS.map((text) => [text, true]),
  );
  expect(errors).toEqual([]);
});

test("of other servers, on() expects JSON, and says where there is none", async () => {
  const { datas, errors } = await hear('data: {"a":1}\n\ndata: Hello\n\ndata: 7\n\n', {}, 3);
  expect([datas, errors]).toEqual([[{ a: 1 }, 7], [["INVALID_JSON", "Hello"]]]);
});

test.each<[string, NonNullable<SSEClientOptions["parse"]>, unknown[]]>([
  ["text", "text", TEXTS],
  ["text for the type", { message: "text" }, TEXTS],
  ["a function", (text, type) => `${type}:${text}`, TEXTS.map((text) => `message:${text}`)],
  ["a function for the type", { message: (text: string) => text.length }, TEXTS.map(({ length }) => length)],
  ["json", "json", TEXTS.map((text) => JSON.parse(text))],
  ["another type's", { other: "text", toString: "text" } as never, TEXTS.map((text) => JSON.parse(text))],
])("parse: %s", async (_, parse, expected) => {
  const { datas, errors } = await hear(TEXTS.map((text) => `data: ${text}\n\n`).join(""), { parse }, TEXTS.length);
  expect([datas, errors]).toEqual([expected, []]);
});

test("parse: json counts for what is raw, too, and a function that throws is an error of its event alone", async () => {
  expect((await hear(`${MILLRACE}${raw("7")}`, { parse: "json" }, 1)).datas).toEqual([7]);
  const parse = (text: string) => {
    if (text === "2") throw new Error("no 2");
    return text;
  };
  const { datas, errors } = await hear("data: 1\n\ndata: 2\n\ndata: 3\n\n", { parse }, 3);
  expect([datas, errors]).toEqual([["1", "3"], [["INVALID_DATA", "2"]]]);
});

test("a type with a schema is JSON, even where it is raw; a function of parse comes before it", async () => {
  const schema = { message: z.number() };
  expect((await hear(`${MILLRACE}${raw("7")}`, { schema }, 1)).datas).toEqual([7]);
  expect((await hear("data: 7\n\n", { schema, parse: "text" }, 1)).datas).toEqual([7]);
  expect((await hear("data: 7\n\n", { schema, parse: (text) => [text] }, 1)).datas).toEqual([["7"]]);
});

describe("events that the server calls as the client calls its own", () => {
  const OWN = ["open", "close", "statechange", "healthchange", "resume"];

  test.each(OWN)("%s: only on() hears it", async (type) => {
    const { client, log } = watch(server.url);
    const heard: unknown[] = [];
    const own: Event[] = [];
    client.addEventListener(type as "open", (event) => own.push(event));
    client.onopen = (event) => own.push(event);
    const stop = client.on(type, (data, event) => heard.push([data, event.type, event.event, event.data]));
    (await server.next()).stream(`event: ${type}\ndata: {"a":1}\n\ndata: after\n\n`);
    await until(() => log.includes("message"));
    expect(heard).toEqual([[{ a: 1 }, type, type, '{"a":1}']]);
    expect(own.filter((event) => event instanceof MessageEvent)).toEqual([]);
    stop();
    client.close();
    expect(heard).toHaveLength(1);
  });

  test("error: it reaches who listens to errors, as with EventSource, and says so", async () => {
    const { client, errors, messages } = watch(server.url);
    const heard: unknown[] = [];
    client.addEventListener("error", (event) => heard.push([event.error, (event as MessageEvent).data]));
    (await server.next()).stream('event: error\ndata: {"code":1}\n\ndata: after\n\n');
    await until(() => messages.length === 1);
    expect([heard, errors]).toEqual([[[undefined, '{"code":1}']], []]);
  });
});
