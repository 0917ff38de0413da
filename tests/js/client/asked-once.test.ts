import type { SSECloseEvent } from "../../../js/src/client/index.js";
import { createWorld, type World } from "../../../js/src/testing/index.js";

const encoder = new TextEncoder();
const HEADERS = { "Content-Type": "text/event-stream" };

let world: World;
afterEach(() => world.close());

/** An answer that sends this, and then nothing. */
const falls =
  (text: string, headers = {}) =>
  () =>
    new Response(new ReadableStream({ start: (controller) => controller.enqueue(encoder.encode(text)) }), {
      headers: { ...HEADERS, ...headers },
    });

const BEGINS = 'event: millrace.begin\ndata: {"resumes":false}\n\n';

test.each([
  ["falls silent", falls("data: token\n\n"), {}],
  ["is ours and falls silent", falls(`${BEGINS}data: token\n\n`), {}],
  ["has no head", () => new Promise<Response>(() => {}), {}],
  [
    "is held back",
    falls(`data: t\n\n${": heartbeat\n\n".repeat(4)}`, { "X-Heartbeat-Interval": "10" }),
    { fallback: {} },
  ],
  ["ends and wants us back", falls(`${BEGINS}event: millrace.end\ndata: {"reason":"x","reconnect":true}\n\n`), {}],
])("an answer that %s is not asked for again by itself", async (_, handler, options) => {
  world = createWorld(handler);
  const client = world.client("/chat", { body: "ask", ...options });
  await world.until(() => world.requests.length > 0); // the client's engine is loaded in real time
  await world.advance(3_600_000);
  expect(world.requests).toHaveLength(1);
  expect(client.state).toMatch(/^(error|disconnected)$/);
  expect(client.completed).toBe(false);
  client.reconnect();
  await world.advance(0);
  expect(world.requests).toHaveLength(2);
});

test.each<[string, () => Response, string | null]>([
  ["204", () => new Response(null, { status: 204 }), "completed"],
  ["a whole answer", () => new Response("data: a\n\n", { headers: HEADERS }), "closed"],
])("%s that is there before the client's session driver is the end: one request", async (_, handler, reason) => {
  world = createWorld(handler);
  const client = world.client("/chat", { body: "ask" });
  const reasons: string[] = [];
  client.addEventListener("close", (event) => reasons.push((event as SSECloseEvent).reason));
  await world.until(() => reasons.length === 1);
  await world.advance(600_000);
  expect([world.requests.length, reasons, client.completed]).toEqual([1, [reason], true]);
});

test("an answer whose head is there before the client's session driver opens, and goes on for as long as it likes", async () => {
  let send = (_: string) => {};
  world = createWorld(
    () =>
      new Response(
        new ReadableStream({
          start(controller) {
            send = (text) => controller.enqueue(encoder.encode(text));
          },
        }),
        { headers: HEADERS },
      ),
  );
  const client = world.client("/chat", { body: "ask" });
  let opens = 0;
  client.onopen = () => opens++;
  await world.until(() => client.state === "connected");
  for (let n = 0; n < 10; n++) {
    send(`data: ${n}\n\n`);
    await world.advance(30_000);
  }
  expect([opens, client.state, world.requests.length]).toEqual([1, "connected", 1]);
});

test("a whole answer is asked for again where the option onEnd says so", async () => {
  world = createWorld(() => new Response("data: a\n\n", { headers: HEADERS }));
  const client = world.client("/jobs", { body: "ask", onEnd: "reconnect" });
  await world.advance(60_000);
  expect(world.requests.length).toBeGreaterThan(2);
  expect(new Set(world.requests.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(1);
  expect(client.state).not.toBe("error");
});

test("what is asked for again after its end is a new order", async () => {
  world = createWorld(() => new Response("data: a\n\n", { headers: HEADERS }));
  const client = world.client("/chat", { body: "ask" });
  for (const _ of [1, 2]) {
    await world.until(() => client.completed);
    client.reconnect();
    await world.advance(0);
  }
  await world.until(() => client.completed);
  expect(new Set(world.requests.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(3);
});

test("one that resumes is, and so is one that was refused for a while", async () => {
  let answers = 0;
  world = createWorld(() =>
    answers++ === 0
      ? new Response(null, { status: 503 })
      : falls('event: millrace.begin\ndata: {"resumes":true}\n\nid: e.1\ndata: token\n\n')(),
  );
  world.client("/chat", { body: "ask" });
  await world.advance(600_000);
  expect(world.requests.length).toBeGreaterThan(2);
});

test("a [DONE] is an end where it comes again, and whatever types are wanted", async () => {
  world = createWorld(
    () => new Response("id: 1\nevent: token\ndata: 1\n\nid: 2\nevent: done\ndata: [DONE]\n\n", { headers: HEADERS }),
  );
  const client = world.client("/events", { events: ["token"] });
  for (let times = 1; times <= 3; times++) {
    await world.until(() => client.completed);
    await world.advance(600_000);
    expect(world.requests).toHaveLength(times);
    client.reconnect();
    await world.advance(0);
  }
});
