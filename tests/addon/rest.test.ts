import { createHub } from "../../js/src/server/index.js";

/** Holds the thread up, as a thousand streams do. */
function burn(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test("after a costly turn what is published is gathered, and goes out as one chunk in order", async () => {
  const hub = createHub({ name: "rest" });
  const { body } = await hub.response(new Request("http://host/events"), { channels: ["c"] });
  const chunks: string[] = [];
  const decoder = new TextDecoder();
  const costly = new WritableStream<Uint8Array>({
    write(chunk) {
      chunks.push(decoder.decode(chunk));
      burn(5);
    },
  });
  const read = body?.pipeTo(costly).catch(() => {});
  const events = 60;
  for (let event = 0; event < events; event += 1) {
    hub.publish("c", { event: "e", data: event });
    await nextTurn();
  }
  while (!chunks.join("").includes(`data: ${events - 1}\n`)) await nextTurn();
  const received = [...chunks.join("").matchAll(/data: (\d+)\n/g)].map(([, data]) => Number(data));
  expect(received).toEqual([...Array(events).keys()]);
  expect(chunks.length).toBeLessThan(events / 2);
  await hub.drain({ withinMs: 100 });
  await read;
});
