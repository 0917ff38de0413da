import type { SSECloseEvent } from "../../../js/src/client/index.js";
import { closeAll, nextEvent, watch } from "./helpers.js";
import { settle, until } from "./scripted-server.js";

/** The browser's EventSource, as far as the client uses it. */
class FakeEventSource extends EventTarget {
  static readonly made: FakeEventSource[] = [];
  readonly url: string;
  readonly withCredentials: boolean;
  isClosed = false;

  constructor(url: string | URL, { withCredentials = false }: EventSourceInit = {}) {
    super();
    this.url = String(url);
    this.withCredentials = withCredentials;
    FakeEventSource.made.push(this);
  }

  close(): void {
    this.isClosed = true;
  }

  say(type: string, data: string, lastEventId = ""): void {
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
  }
}

const URL_HERE = "http://nowhere.test/events?a=1";
const { made } = FakeEventSource;

/** The latest of so many. */
async function source(count = 1): Promise<FakeEventSource> {
  await until(() => made.length === count);
  return made[count - 1] as FakeEventSource;
}

beforeEach(() => {
  Object.assign(globalThis, { EventSource: FakeEventSource });
});
afterEach(() => {
  closeAll();
  made.length = 0;
  Reflect.deleteProperty(globalThis, "EventSource");
});

test("events come through the same core: typed, once, with their ids", async () => {
  const options = { transport: "eventsource", events: ["a"], withCredentials: true } as const;
  const { client, messages } = watch(URL_HERE, options, ["a", "b", "message"]);
  const first = await source();
  expect([first.url, first.withCredentials]).toEqual([URL_HERE, true]);
  const opened = nextEvent(client, "open");
  first.dispatchEvent(new Event("open"));
  await opened;
  first.say("a", "one\ntwo", "1");
  first.say("a", "no id of its own", "1");
  first.say("b", "not asked for", "1");
  first.say("millrace.resume", '{"verdict":"continued"}', "1");
  first.say("a", "two", "2");
  await until(() => client.lastEventId === "2");
  expect(messages).toEqual(["a:one\ntwo", "a:no id of its own", "a:two"]);
  expect(client.resume).toEqual({ verdict: "continued" });

  first.dispatchEvent(new Event("error"));
  expect(first.isClosed).toBe(true);
  const second = await source(2);
  expect(second.url).toBe(`${URL_HERE}&lastEventId=2`);
  second.dispatchEvent(new Event("open"));
  second.say("a", "one\ntwo", "1");
  second.say("a", "two", "2");
  second.say("a", "three", "3");
  await until(() => client.lastEventId === "3");
  expect(messages.slice(3)).toEqual(["a:three"]);
});

test.each([
  ["an end notice", "millrace.end", '{"reason":"done","reconnect":false}', "done"],
  ["closeAfter's", "millrace.end", '{"reason":"completed","reconnect":false}', "completed"],
  ["a foreign [DONE]", "message", "[DONE]", "completed"],
])("at the stream's end it is closed, and nothing more is heard of it: %s", async (_, type, data, reason) => {
  const { client, messages, errors, log } = watch(URL_HERE, { transport: "eventsource" });
  const first = await source();
  first.dispatchEvent(new Event("open"));
  first.say("message", "one");
  const closed = nextEvent(client, "close") as Promise<SSECloseEvent>;
  first.say(type, data);
  // Of what it has said already, and of its connection's end.
  first.say("message", "after the end");
  first.dispatchEvent(new Event("error"));
  expect((await closed).reason).toBe(reason);
  expect(first.isClosed).toBe(true);
  first.dispatchEvent(new Event("error"));
  first.say("message", "later");
  await settle();
  expect([client.completed, client.state, errors, made.length]).toEqual([true, "disconnected", [], 1]);
  expect(messages).toEqual(type === "message" ? ["message:one", "message:[DONE]"] : ["message:one"]);
  expect(log.at(-1)).toBe("close");
});

test("it is closed by the end itself, without an error", async () => {
  const { client } = watch(URL_HERE, { transport: "eventsource" });
  const first = await source();
  first.dispatchEvent(new Event("open"));
  first.say("millrace.end", '{"reason":"done","reconnect":false}');
  await nextEvent(client, "close");
  await settle();
  expect(first.isClosed).toBe(true);
});

test("an end that a new connection is to follow closes it, too", async () => {
  const { client, messages } = watch(URL_HERE, { transport: "eventsource" });
  const first = await source();
  first.dispatchEvent(new Event("open"));
  first.say("message", "one", "1");
  first.say("millrace.end", '{"reason":"duration_cap","reconnect":true}', "1");
  const second = await source(2);
  expect([first.isClosed, second.isClosed, second.url]).toEqual([true, false, `${URL_HERE}&lastEventId=1`]);
  first.say("message", "of the one before");
  second.dispatchEvent(new Event("open"));
  second.say("message", "two", "2");
  await until(() => client.lastEventId === "2");
  expect(messages).toEqual(["message:one", "message:two"]);
});

test("close() closes it, and a client that is closed at once makes none", async () => {
  const { client } = watch(URL_HERE, { transport: "eventsource" });
  const first = await source();
  client.close();
  expect(first.isClosed).toBe(true);
  watch(URL_HERE, { transport: "eventsource" }).client.close();
  await settle();
  expect(made).toHaveLength(1);
});

test("where there is none, that is the end, however early it is known", async () => {
  Reflect.deleteProperty(globalThis, "EventSource");
  const { client, errors, log } = watch(URL_HERE, { transport: "eventsource" });
  await nextEvent(client, "close");
  expect(errors.map(({ code, message }) => [code, message])).toEqual([
    ["CONNECTION_FAILED", "There is no EventSource here"],
  ]);
  expect([client.state, log]).toEqual(["error", ["error", "error", "close"]]);
});

test("a server may name its events as EventSource names its own", async () => {
  const { client, messages, log } = watch(URL_HERE, { transport: "eventsource", events: ["error", "message"] });
  const first = await source();
  const opened = nextEvent(client, "open");
  first.dispatchEvent(new Event("open"));
  await opened;
  first.say("open", "again", "1");
  first.say("error", "no failure", "2");
  first.say("message", "goes on", "3");
  await until(() => client.lastEventId === "3");
  expect([messages, first.isClosed, log.filter((type) => type === "open")]).toEqual([
    ["message:goes on"],
    false,
    ["open"],
  ]);
});
