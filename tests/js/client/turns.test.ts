import { SSEClient } from "../../../js/src/client/index.js";

const { setTimeout: realTimer } = globalThis;
afterEach(() => {
  globalThis.setTimeout = realTimer;
});

/** Keeps the thread busy for longer than a turn may last. */
function work(): void {
  const beganMs = performance.now();
  while (performance.now() - beganMs < 10);
}

test("a page whose timers are slowed down reads a large backlog all the same, and lets others have their turn", async () => {
  const chunks = Array.from({ length: 20 }, (_, n) => new TextEncoder().encode(`data: ${n}\n\n`));
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
    },
  });
  let turns = 0;
  const others = new MessageChannel();
  others.port1.onmessage = () => {
    turns++;
    others.port2.postMessage(0);
  };
  const heard: string[] = [];
  const client = new SSEClient("http://host/", {
    fetch: async () => new Response(body, { headers: { "Content-Type": "text/event-stream" } }),
  });
  await new Promise((resolve) => client.addEventListener("open", resolve, { once: true }));
  globalThis.setTimeout = (() => 0) as never; // none fires any more
  others.port2.postMessage(0);
  await new Promise<void>((resolve) => {
    client.onmessage = ({ data }) => {
      work();
      heard.push(data);
      if (heard.length === chunks.length) resolve();
    };
  });
  others.port1.close();
  client.close();
  expect(heard).toEqual(chunks.map((_, n) => `${n}`));
  expect(turns).toBeGreaterThan(1);
});
