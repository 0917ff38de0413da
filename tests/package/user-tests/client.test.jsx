/**
 * @jest-environment node
 * @vitest-environment node
 */
import { createServer } from "node:http";
import { createHub, createSSEStream, sseResponse } from "millrace";
import { SSEClient } from "millrace/client";

test("a stream of the server's can be read", async () => {
  const { stream, send, close } = createSSEStream();
  send({ event: "news", data: { text: "hello" } });
  close();
  expect(await sseResponse(stream).text()).toContain('data: {"text":"hello"}\n\n');
});

test("a client hears a server", async () => {
  const hub = createHub();
  const server = createServer((req, res) => hub.attach(req, res, { channels: ["news"] }));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new SSEClient(`http://127.0.0.1:${server.address().port}/`);
  const heard = new Promise((resolve) => client.on("news", resolve));
  await new Promise((resolve) => client.addEventListener("open", resolve, { once: true }));
  hub.publish("news", { event: "news", data: { text: "hello" } });
  expect(await heard).toEqual({ text: "hello" });
  client.close();
  hub.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
