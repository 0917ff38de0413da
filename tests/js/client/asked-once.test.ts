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
  await world.advance(3_600_000);
  expect(world.requests).toHaveLength(1);
  expect(client.state).toMatch(/^(error|disconnected)$/);
  expect(client.completed).toBe(false);
  client.reconnect();
  await world.advance(0);
  expect(world.requests).toHaveLength(2);
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
    () => new Response("id: 1\nevent: token\ndata: 1\n\nid: 2\ndata: [DONE]\n\n", { headers: HEADERS }),
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
