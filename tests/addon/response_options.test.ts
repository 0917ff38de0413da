import { type AttachOptions, createHub, createSSEStream, type ResponseOptions } from "../../js/src/server/index.js";
import { serving } from "./listening.js";

/** Of streams: `createSSEStream` has them, too. */
const wrongOfStreams: [object, RegExp][] = [
  [{ heartbeat: { everyms: 5 } }, /^heartbeat has no option "everyms": is it "everyMs"\?$/],
  [{ heartbeat: { everyMs: 0 } }, /^heartbeat.everyMs must be a number of at least 1, not 0$/],
  [{ heartbeat: { everyMs: null } }, /^heartbeat.everyMs must be a number of at least 1, not null$/],
  [{ heartbeat: { everyMs: Number.NaN } }, /^heartbeat.everyMs must be a number of at least 1, not NaN$/],
  [{ heartbeat: { event: "", data: 1 } }, /^heartbeat.event must not be empty/],
  [{ heartbeat: { event: 5 } }, /^heartbeat.event must be a string, not 5$/],
  [{ heartbeat: { data: 1 } }, /^heartbeat.data needs heartbeat.event/],
  [{ heartbeat: true }, /^heartbeat must be an object, not boolean$/],
  [{ heartbeat: [] }, /^heartbeat must be an object, not an array$/],
  [{ lag: { evnts: 5 } }, /^lag has no option "evnts": is it "events"\?$/],
  [{ lag: { events: -1 } }, /^lag.events must be a number of at least 0, not -1$/],
  [{ lag: { overflow: "dropoldest" } }, /^lag.overflow cannot be "dropoldest": is it "dropOldest"\?$/],
  [{ lag: null }, /^lag must be an object, not null$/],
  [{ maxDurationMs: "5" }, /^maxDurationMs must be a number of at least 1, not string$/],
  [{ maxDurationMs: Number.NaN }, /^maxDurationMs must be a number of at least 1, not NaN$/],
  [{ maxDurationMs: Infinity }, /^maxDurationMs must be a number of at least 1, not Infinity$/],
  [{ retryMs: "5" }, /^retryMs must be whole milliseconds from 0 to 4294967295, not string$/],
  [{ retryMs: Number.NaN }, /^retryMs must be whole milliseconds from 0 to 4294967295, not NaN$/],
  [{ retryMs: -1 }, /^retryMs must be whole milliseconds from 0 to 4294967295, not -1$/],
  [{ retryMs: 2 ** 32 }, /^retryMs must be whole milliseconds from 0 to 4294967295, not 4294967296$/],
  [{ closeAfter: 5 }, /^closeAfter must be an event type, or an array of them, not 5$/],
  [{ closeAfter: null }, /^closeAfter must be an event type, or an array of them, not null$/],
  [{ closeAfter: ["done", 5] }, /^closeAfter must be an event type, or an array of them, not an array with 5$/],
  [{ closeAfter: {} }, /^closeAfter.events must be an event type, or an array of them, not undefined$/],
  [{ closeAfter: { events: [], channels: ["c"] } }, /^closeAfter.events must not be empty$/],
  [{ closeAfter: { events: "done", channels: "c" } }, /^closeAfter.channels must be an array of strings, not string$/],
  [{ closeAfter: { events: "done", channels: [] } }, /^closeAfter.channels must not be empty$/],
  [{ closeAfter: { event: "done", channels: ["c"] } }, /^closeAfter has no option "event": is it "events"\?$/],
  [{ compress: "yes" }, /^compress must be true or false, not string$/],
  [{ direct: "no" }, /^direct must be true or false, not string$/],
  [{ traceId: 5 }, /^traceId must be a string, not 5$/],
  [{ onClose: 5 }, /^onClose must be a function, not 5$/],
];

/** Of `hub.response` and `hub.attach`. */
const wrongOfResponses: [object, RegExp][] = [
  [{ chanels: ["c"] }, / has no option "chanels": is it "channels"\?$/],
  [{ closeAfter: { events: "done", channels: ["d"] } }, /^closeAfter.channels: the stream does not read "d"$/],
  [{ events: [] }, /^events must not be empty$/],
  [{ events: "e" }, /^events must be an array of strings, not string$/],
  [{ events: ["\ud800"] }, /^events must not hold half of a surrogate pair/],
  [{ userId: "\ud800" }, /^userId must not hold half of a surrogate pair/],
  [{ userId: "" }, /^userId must not be empty$/],
  [{ userId: 5 }, /^userId must be a string, not 5$/],
  [{ snapshot: 5 }, /^snapshot must be a function, not 5$/],
  [{ authorize: true }, /^authorize must be a function, not boolean$/],
  [{ headers: "X: 1" }, /^headers must be an object, not string$/],
];

test.each(wrongOfStreams)("createSSEStream refuses %j", (options, message) => {
  expect(() => createSSEStream(options)).toThrow(message);
  expect(() => createSSEStream(options)).toThrow(TypeError);
});

const accepts = ["text/event-stream", "application/json"];

describe.each(accepts)("asked for %s", (accept) => {
  const hub = createHub({ name: `response options ${accept}` });
  hub.on("error", () => {});

  test.each([...wrongOfStreams, ...wrongOfResponses])("response refuses %j", async (options, message) => {
    const request = new Request("http://host/", { headers: { Accept: accept } });
    const answer = () => hub.response(request, { channels: ["c"], ...options } as ResponseOptions);
    await expect(answer()).rejects.toThrow(message);
    await expect(answer()).rejects.toThrow(TypeError);
    expect(hub.stats().connections).toBe(0);
  });

  const wrongOfAttach: [object, RegExp][] = [[{ handOver: "yes" }, /^handOver must be true or false, not string$/]];
  test.each([...wrongOfStreams, ...wrongOfResponses, ...wrongOfAttach])(
    "attach refuses %j",
    async (options, message) => {
      const thrown: unknown[] = [];
      const { port, close } = await serving((req, res) => {
        hub.attach(req, res, { channels: ["c"], ...options } as AttachOptions).catch((error) => thrown.push(error));
      });
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { Accept: accept } });
      expect([response.status, thrown]).toEqual([500, [expect.any(TypeError)]]);
      expect(String((thrown[0] as Error).message)).toMatch(message);
      expect(hub.stats().connections).toBe(0);
      await close();
    },
  );
});

test("what is right passes, whatever else is left out", async () => {
  const hub = createHub({ name: "right options" });
  const options = {
    channels: ["c"],
    closeAfter: [],
    heartbeat: { everyMs: undefined, event: "beat", data: null },
    lag: { overflow: undefined, events: Infinity },
    headers: [["X-Own", "1"]],
  } as unknown as ResponseOptions;
  const response = await hub.response(new Request("http://host/"), options);
  expect([response.status, response.headers.get("x-own")]).toEqual([200, "1"]);
  await response.body?.cancel();
});
