import { jest } from "@jest/globals";
import { createHub, createSSEStream, sseResponse } from "../../../js/src/server/index.js";
import { createWorld, type World } from "../../../js/src/testing/index.js";

let world: World;
afterEach(() => world.close());

test("a client that is cut waits on the test's clock, and has everything afterwards", async () => {
  const hub = createHub({ name: "world" });
  world = createWorld((request) => hub.response(request, { channels: ["news"] }));
  const client = world.client<{ news: number }>("/events");
  const heard: number[] = [];
  client.on("news", (number) => heard.push(number));
  await world.until(() => client.state === "connected");
  hub.publish("news", { event: "news", data: 1 });
  await world.until(() => heard.length === 1);

  world.isDown = true;
  await world.until(() => client.state === "reconnecting");
  expect(world.connections).toBe(0);
  hub.publish("news", { event: "news", data: 2 });
  await world.advance(3_600_000);
  expect(client.health).toBe("critical");
  expect(world.nowMs).toBe(3_600_000);
  expect(world.requests).toHaveLength(1);

  world.isDown = false;
  await world.advance(60_000);
  await world.until(() => heard.length === 2);
  expect(client.resume?.verdict).toBe("continued");
  expect(world.requests[1]?.headers.get("last-event-id")).toMatch(/\.\d+$/);
  client.close();
  await world.until(() => hub.stats().connections === 0);
  hub.close();
});

test("an answer comes to its end, and the client is told", async () => {
  world = createWorld(async (request) => {
    const stream = createSSEStream();
    for (const data of await request.text()) stream.send({ event: "token", data, raw: true });
    stream.close("told");
    return sseResponse(stream);
  });
  const client = world.client("/answer", { body: "abc" });
  const tokens: unknown[] = [];
  client.on("token", (token) => tokens.push(token));
  await world.until(() => client.completed);
  expect(tokens).toEqual(["a", "b", "c"]);
  await world.advance(60_000);
  expect(world.requests).toHaveLength(1);
});

test("a request that waits for its answer is broken, too, and who answers it then is told that nobody reads", async () => {
  const answers: ((response: Response) => void)[] = [];
  world = createWorld(() => new Promise((resolve) => answers.push(resolve)));
  const client = world.client("/events");
  await world.until(() => answers.length === 1);
  expect(world.connections).toBe(1);
  world.cut();
  await world.until(() => client.state === "reconnecting");
  expect(world.connections).toBe(0);
  let hasGone = false;
  const body = new ReadableStream({
    cancel() {
      hasGone = true;
    },
  });
  answers[0]?.(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
  await world.until(() => hasGone);
  await world.advance(10_000);
  expect(answers).toHaveLength(2);
  await expect(world.advance(Number.NaN)).rejects.toThrow("advance takes milliseconds from 0, not NaN");
  for (const ms of [-1, Infinity, "5"]) await expect(world.advance(ms as number)).rejects.toThrow(TypeError);
});

test("a world of no handler is a TypeError", () => {
  expect(() => createWorld("/events" as never)).toThrow(/^createWorld's handler must be a function/);
});

test("a condition that does not come true is named", async () => {
  world = createWorld(() => new Response(null, { status: 204 }));
  const client = world.client("/");
  await world.until(() => client.completed);
  const now = jest.spyOn(Date, "now").mockReturnValueOnce(0).mockReturnValue(6_000);
  await expect(world.until(() => client.state === "error")).rejects.toThrow('client.state === "error"');
  now.mockRestore();
});

test("a condition may be one that promises its answer", async () => {
  world = createWorld(() => new Response(null, { status: 204 }));
  let asked = 0;
  await world.until(async () => {
    await null;
    return ++asked === 3;
  });
  expect(asked).toBe(3);
  const boom = new Error("boom");
  await expect(world.until(() => Promise.reject(boom))).rejects.toBe(boom);
});

test("time passes as often as it is asked to, one after the other", async () => {
  world = createWorld(() => new Response(null, { status: 204 }));
  const times: number[] = [];
  const advance = async (ms: number) => {
    await world.advance(ms);
    times.push(world.nowMs);
  };
  await Promise.all([advance(100), advance(100), advance(50)]);
  expect(times).toEqual([100, 200, 250]);
});

test("without a handler there is no world", () => {
  expect(() => createWorld(undefined as never)).toThrow(
    new TypeError("createWorld's handler must be a function, not undefined"),
  );
});
