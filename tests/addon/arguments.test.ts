import { nativeModule } from "../../js/src/native/load-native.js";
import * as millrace from "../../js/src/server/index.js";
import { mockStream } from "../../js/src/testing/mock-stream.js";

// What TypeScript would not let through, as a JavaScript user may pass it.
type Untyped = (...values: unknown[]) => unknown;
const untyped = (act: unknown) => act as Untyped;

const send = () => {};
const hub = millrace.createHub({ name: "arguments" });
const respondTo = untyped(millrace.sseResponse);
const onSignal = untyped(millrace.drainOnSignal);
const hubWith = (heartbeat: unknown) => untyped(millrace.createHub)({ name: "wrong", heartbeat });
const publish = (message: unknown) => untyped(hub.publish.bind(hub))("c", message);
const stream = millrace.createSSEStream();
afterAll(() => stream.close());

const cases: [string, () => unknown, RegExp][] = [
  ["broadcast without a key", () => untyped(millrace.broadcast)(), /^key must be a string, not undefined$/],
  ["broadcast to an empty key", () => untyped(millrace.broadcast)("", "e", 1), /^key must not be empty$/],
  ["broadcast with a numeric event", () => untyped(millrace.broadcast)("k", 7, 1), /^event must be a string, not 7$/],
  ["broadcast with options null", () => untyped(millrace.broadcast)("k", "e", 1, null), /^options must be an object/],
  ["broadcast with a negative ttl", () => untyped(millrace.broadcast)("k", "e", 1, { ttlMs: -1 }), /^ttlMs must be/],
  ["broadcast with a NaN ttl", () => untyped(millrace.broadcast)("k", "e", 1, { ttlMs: Number.NaN }), /^ttlMs must be/],
  [
    "broadcast with a conflateKey object",
    () => untyped(millrace.broadcast)("k", "e", 1, { conflateKey: {} }),
    /^conflateKey/,
  ],
  [
    "broadcast with a numeric id",
    () => untyped(millrace.broadcast)("k", "e", 1, { id: 5 }),
    /^message.id must be a string/,
  ],
  [
    "register without send",
    () => untyped(millrace.registerConnection)("k"),
    /^send must be a function, not undefined$/,
  ],
  ["register with a bad user", () => untyped(millrace.registerConnection)("k", send, { userId: 1 }), /^userId must be/],
  [
    "register with bad events",
    () => untyped(millrace.registerConnection)("k", send, { events: "e" }),
    /^events must be/,
  ],
  ["unregister with a number", () => untyped(millrace.unregisterConnection)(1, send), /^key must be a string, not 1$/],
  ["count of null", () => untyped(millrace.getConnectionCount)(null), /^key must be a string, not null$/],
  ["send nothing", () => untyped(stream.send)(), /^message must be an object, not undefined$/],
  ["send a string", () => untyped(stream.send)("hi"), /^message must be an object, not string$/],
  ["comment a number", () => untyped(stream.comment)(1), /^text must be a string, not 1$/],
  ["close with an object", () => untyped(stream.close)({}), /^reason must be a string, not object$/],
  ["stream options null", () => untyped(millrace.createSSEStream)(null), /^options must be an object/],
  ["heartbeat true", () => untyped(millrace.createSSEStream)({ heartbeat: true }), /^heartbeat must be an object/],
  ["heartbeat of 0 ms", () => untyped(millrace.createSSEStream)({ heartbeat: { everyMs: 0 } }), /^heartbeat.everyMs/],
  [
    "heartbeat data without an event",
    () => untyped(millrace.createSSEStream)({ heartbeat: { data: 1 } }),
    /^heartbeat.data/,
  ],
  [
    "register with no event type",
    () => untyped(millrace.registerConnection)("k", send, { events: [] }),
    /^events must not/,
  ],
  ["a maxDurationMs text", () => untyped(millrace.createSSEStream)({ maxDurationMs: "1" }), /^maxDurationMs must be/],
  ["lag.events text", () => untyped(millrace.createSSEStream)({ lag: { events: "1" } }), /^lag.events must be/],
  [
    "an unknown overflow",
    () => untyped(millrace.createSSEStream)({ lag: { overflow: "block" } }),
    /^lag.overflow cannot be "block"; it is one of "disconnect", "dropOldest"$/,
  ],
  ["a traceId number", () => untyped(millrace.createSSEStream)({ traceId: 1 }), /^traceId must be a string/],
  ["a request text", () => untyped(millrace.createSSEStream)({ request: "GET /" }), /^request must be a web Request/],
  [
    "a misspelt hub option",
    () => untyped(millrace.createHub)({ histroy: {} }),
    /^createHub has no option "histroy": is it "history"/,
  ],
  ["a misspelt limit", () => untyped(millrace.createHub)({ limits: { perUsers: 1 } }), /^limits .*: is it "perUser"/],
  ["a misspelt history", () => untyped(millrace.createHub)({ history: { ttl: 1 } }), /^history .*: is it "ttlMs"/],
  [
    "a comment that is no heartbeat",
    () => millrace.createSSEStream({ heartbeat: { comment: "ping {n}" } }),
    /begins with the word heartbeat/,
  ],
  [
    "a comment with a field that there is not",
    () => millrace.createSSEStream({ heartbeat: { comment: "heartbeat {uptimMs}" } }),
    /field cannot be "uptimMs": is it "uptimeMs"/,
  ],
  [
    "a comment beside an event",
    () => millrace.createSSEStream({ heartbeat: { comment: "heartbeat", event: "beat" } }),
    /heartbeat.comment is not sent beside heartbeat.event/,
  ],
  ["a misspelt stream option", () => untyped(millrace.createSSEStream)({ heartbeatMs: 1 }), /: is it "heartbeat"/],
  ["a misspelt heartbeat", () => untyped(millrace.createSSEStream)({ heartbeat: { every: 1 } }), /: is it "everyMs"/],
  ["a misspelt lag", () => untyped(millrace.createSSEStream)({ lag: { event: 1 } }), /^lag .*: is it "events"/],
  [
    "a misspelt registration",
    () => untyped(millrace.registerConnection)("k", () => {}, { userID: "ann" }),
    /^registerConnection .*: is it "userId"/,
  ],
  ["a response of nothing", () => untyped(millrace.sseResponse)(), /^sseResponse takes a stream/],
  ["a hub name number", () => untyped(millrace.createHub)({ name: 1 }), /^name must be a string/],
  [
    "a history limit below 0",
    () => untyped(millrace.createHub)({ name: "x", history: { events: -1 } }),
    /^history.events/,
  ],
  ["limits as a number", () => untyped(millrace.createHub)({ name: "x", limits: 5 }), /^limits must be an object/],
  ["publish without a message", () => untyped(hub.publish.bind(hub))("c"), /^message must be an object/],
  ["subscribe without a listener", () => untyped(hub.subscribe.bind(hub))("c"), /^listener must be a function/],
  [
    "publish with a misspelt event",
    () => publish({ evnt: "x", data: 1 }),
    /^message has no field "evnt": is it "event"\?$/,
  ],
  ["publish with a type", () => publish({ type: "x", data: 1 }), /^message has no field "type": is it "event"\?$/],
  ["publish with misspelt data", () => publish({ event: "p", dta: 3 }), /^message .*"dta": is it "data"/],
  ["publish with a misspelt ttl", () => publish({ event: "p", ttlms: 5 }), /^message .*"ttlms": is it "ttlMs"/],
  ["publish with a misspelt key", () => publish({ data: 1, conflatekey: "k" }), /^message .*: is it "conflateKey"/],
  ["publish to a handle", () => untyped(hub.channel("c").publish)({ evnt: "x" }), /^message .*: is it "event"/],
  ["publish a list", () => publish([{ event: "x" }]), /^message must be an object, not an array$/],
  ["send a misspelt message", () => untyped(stream.send)({ evnt: "x", data: 1 }), /^message .*: is it "event"/],
  [
    "send what only channels keep",
    () => untyped(stream.send)({ data: 1, ttlMs: 5 }),
    /^message has no field "ttlMs"; it/,
  ],
  [
    "broadcast with misspelt options",
    () => untyped(millrace.broadcast)("k", "e", 1, { conflatKey: "k" }),
    /^broadcast has no option "conflatKey": is it "conflateKey"\?$/,
  ],
  ["broadcast with a ttl", () => untyped(millrace.broadcast)("k", "e", 1, { ttl: 5 }), /^broadcast .*: is it "ttlMs"/],
  ["broadcast with a type twice", () => untyped(millrace.broadcast)("k", "e", 1, { event: "f" }), /no option "event"/],
  [
    "a response's header",
    () => respondTo(stream, { header: {} }),
    /^sseResponse has no .*"header": is it "headers"\?$/,
  ],
  ["a response's code", () => respondTo(stream, { statusCode: 201 }), /^sseResponse has no option "statusCode"/],
  ["a response's text", () => respondTo(stream, "Created"), /^init must be an object, not string$/],
  ["a drain of one hub", () => onSignal(hub), /^hubs must be an array of hubs, such as \[hub\], not object$/],
  ["a drain of other things", () => onSignal(["hub"]), /^hubs must be .* not an array of something else$/],
  [
    "a drain on a text",
    () => onSignal([hub], { signals: "SIGTERM" }),
    /^signals must be an array of strings, not string/,
  ],
  ["a drain on no signal", () => onSignal([hub], { signals: [] }), /^signals must not be empty$/],
  ["a drain on SIGTRM", () => onSignal([hub], { signals: ["SIGTRM"] }), /^signals cannot be "SIGTRM": is it "SIGTERM"/],
  ["a drain with in", () => onSignal([hub], { within: 5 }), /^drainOnSignal has no .*: is it "withinMs"/],
  ["a drain within NaN", () => onSignal([hub], { withinMs: Number.NaN }), /^withinMs must be/],
  ["a drain with options null", () => onSignal([hub], null), /^options must be an object, not null$/],
  ["subscribe to one type", () => untyped(hub.subscribe.bind(hub))("c", send, "e"), /^subscribe takes a channel and a/],
  [
    "subscribe a handle to one type",
    () => untyped(hub.channel("c").subscribe)(send, "e"),
    /^subscribe takes a channel/,
  ],
  ["a hub of a list", () => untyped(millrace.createHub)([]), /^options must be an object, not an array$/],
  ["a stream of a list", () => untyped(millrace.createSSEStream)([]), /^options must be an object, not an array$/],
  ["limits as a list", () => untyped(millrace.createHub)({ limits: [] }), /^limits must be an object, not an array$/],
  ["a hub's heartbeat of no type", () => hubWith({ event: "", data: 1 }), /^heartbeat.event must not be empty/],
  ["a hub's heartbeat of null", () => hubWith({ everyMs: null }), /^heartbeat.everyMs must be .* not null$/],
  [
    "register nobody",
    () => untyped(millrace.registerConnection)("k", send, { userId: "" }),
    /^userId must not be empty$/,
  ],
  ["a text that is raw by a text", () => publish({ data: "x", raw: "yes" }), /^message.raw must be true or false/],
  [
    "publish to half a pair",
    () => hub.publish("room:\ud800", { event: "e", data: 1 }),
    /^channel must not hold half of a surrogate/,
  ],
  ["broadcast to half a pair", () => millrace.broadcast("\udc00", "e", 1), /^key must not hold half of a surrogate/],
  ["subscribe to half a pair", () => hub.subscribe("\ud800\ud800", send), /^channel must not hold half of a/],
  ["a handle to half a pair", () => hub.channel("\ud800"), /^key must not hold half of a surrogate/],
  ["count of half a pair", () => millrace.getConnectionCount("\ud800"), /^key must not hold half of a surrogate/],
  [
    "register for half a pair",
    () => millrace.registerConnection("\ud800", send),
    /^key must not hold half of a surrogate/,
  ],
  [
    "register half a user",
    () => millrace.registerConnection("k", send, { userId: "\ud800" }),
    /^userId must not hold half of a surrogate/,
  ],
  [
    "register for half a type",
    () => millrace.registerConnection("k", send, { events: ["e", "\ud800"] }),
    /^events must not hold half of a surrogate/,
  ],
  ["a hub of half a name", () => millrace.createHub({ name: "h\ud800" }), /^name must not hold half of a surrogate/],
  ["half a conflateKey", () => publish({ data: 1, conflateKey: "\ud800" }), /^conflateKey must not hold half of a/],
  ["half a last type", () => millrace.createSSEStream({ closeAfter: "\ud800" }), /^closeAfter must not hold half of a/],
];

test.each(cases)("%s is a TypeError that names the argument", (_name, act, message) => {
  expect(act).toThrow(TypeError);
  expect(act).toThrow(message);
});

test("a message has its own fields, and may inherit others", () => {
  const message = Object.create({ evnt: "x" }, { event: { value: "e", enumerable: true } });
  expect(publish(message)).toMatchObject({ recipients: 0 });
  const whole = { event: "e", data: "d", id: "own", retry: 5, raw: true, ttlMs: 5, conflateKey: "k" };
  expect(publish(whole)).toEqual({ state: "sent", id: "own", recipients: 0 });
  expect(publish({ event: "e", data: undefined, ttlMs: undefined })).toMatchObject({ recipients: 0 });
});

test.each([
  ["event", { event: "e\ud800", data: 1 }],
  ["id", { data: 1, id: "\udc00x" }],
])("half of a surrogate pair in a message's %s is INVALID_FIELD", (field, message) => {
  const refused = expect.objectContaining({
    code: "INVALID_FIELD",
    message: expect.stringMatching(`^${field} must not hold half of a surrogate pair`),
  });
  const { stream: mock } = mockStream();
  for (const act of [() => publish(message), () => stream.send(message), () => mock.send(message)]) {
    expect(act).toThrow(refused);
  }
});

test("whole surrogate pairs name channels, and data may be what it is", () => {
  const message = { event: "\u{1f600}", data: "\ud800", id: "\u{1f601}", conflateKey: "\u{1f602}" };
  expect(hub.publish("room:\u{1f600}", message)).toEqual({ state: "sent", id: "\u{1f601}", recipients: 0 });
});

test("a drain that is asked for wrongly leaves the signals alone", () => {
  const before = process.listenerCount("SIGTERM");
  expect(() => onSignal([hub], { signals: ["SIGTERM", "SIGTRM"] })).toThrow(TypeError);
  expect([process.listenerCount("SIGTERM"), process.listenerCount("S")]).toEqual([before, 0]);
});

test("a drain of a hub knows no signals", async () => {
  await expect(hub.drain({ signals: ["SIGTERM"] } as object)).rejects.toThrow(/^drain has no option "signals"; it has/);
  await expect(hub.drain({ within: 5 } as object)).rejects.toThrow(/^drain has no option "within": is it "withinMs"/);
});

test("a response's options of a wrong type are a TypeError", async () => {
  const respond = untyped(hub.response.bind(hub));
  const request = new Request("http://host/");
  await expect(respond(request)).rejects.toThrow(/^options must be an object/);
  await expect(respond(request, {})).rejects.toThrow(/^channels must be an array of strings/);
  await expect(respond(request, { channels: [1] })).rejects.toThrow(/^channels must be an array of strings/);
  await expect(respond(request, { channels: ["c"], authorize: true })).rejects.toThrow(/^authorize must be a function/);
});

test.each([
  ["more than 64 reactors", { reactors: 65 }, /^reactors must be at most 64, not 65$/],
  ["reactors without a bound", { reactors: Infinity }, /^reactors must be a number/],
  ["a stall of 0 ms", { lag: { stallMs: 0 } }, /^lag.stallMs must be/],
  ["channels below 0", { limits: { channels: -1 } }, /^limits.channels must be/],
  ["no number of channels a connection", { limits: { channelsPerConnection: "7" } }, /^limits.channelsPerConnection/],
])("a hub with %s is a TypeError", (_name, options, message) => {
  expect(() => untyped(millrace.createHub)({ name: "wrong", ...options })).toThrow(message);
});

test("the addon itself throws at anything it cannot use, and the process lives", () => {
  const { binding } = nativeModule;
  if (binding === null) throw new Error("The addon is not built");
  const native = new binding.Hub("native arguments");
  const junk: unknown[] = [
    undefined,
    null,
    -1,
    Number.NaN,
    "text",
    Symbol("s"),
    {},
    [],
    () => 1,
    10n,
    new Uint8Array(1),
  ];
  const methods = [
    "configure",
    "open",
    "join",
    "leave",
    "close",
    "publish",
    "send",
    "comment",
    "read",
    "connectionCount",
  ];
  let thrown = 0;
  for (const method of methods) {
    for (const first of junk) {
      for (const second of junk) {
        try {
          (native as unknown as Record<string, Untyped>)[method]?.(first, second, first, second);
        } catch (error) {
          // Not instanceof: Jest's realm is not the addon's.
          expect(Object.prototype.toString.call(error)).toBe("[object Error]");
          thrown++;
        }
      }
    }
  }
  expect(thrown).toBeGreaterThan(500);
  expect(() => untyped(binding.Hub)(1)).toThrow();
  expect(() => new (binding.Environment as unknown as new (wake: unknown) => unknown)(1)).toThrow(
    /wake must be a function/,
  );
  const receiver = new binding.Receiver(0, 100, 100);
  for (const value of junk.slice(0, -1))
    expect(() => untyped(receiver.feed.bind(receiver))(value)).toThrow(/must be a Uint8Array/);
  expect(() => untyped(native.publish).call({}, "k", {})).toThrow();
});
