/** @jest-environment ./tests/js/react/page-environment.mjs */
import { render } from "@testing-library/react";
import { StrictMode } from "react";
import { SSEClient } from "../../../js/src/client/index.js";
import { useEventSource } from "../../../js/src/react/index.js";
import { reset } from "../../../js/src/shared/reset.js";
import { settle, until } from "../client/scripted-server.js";
import { probe, serverPerTest, shows } from "./helpers.js";

const server = serverPerTest();

test("StrictMode's second mount keeps the connection", async () => {
  const heard: unknown[] = [];
  const view = probe(server.url, { onMessage: ({ json }) => heard.push(json) }, { wrapper: StrictMode });
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await shows(view, ({ data }) => data === 1);
  view.unmount();
  await exchange.gone;
  expect(server.requests).toBe(1);
  expect(heard).toEqual([1]);
});

test("unmounting closes the connection; what comes after it reaches nobody", async () => {
  const complaints: unknown[] = [];
  const { error } = console;
  console.error = (...args: unknown[]) => void complaints.push(args);
  const heard: string[] = [];
  const view = probe(server.url, {
    onMessage: () => heard.push("message"),
    onError: () => heard.push("error"),
    onClose: () => heard.push("close"),
  });
  const exchange = await server.next();
  exchange.stream();
  await shows(view, ({ isConnected }) => isConnected);
  view.unmount();
  const renders = view.renders.length;
  exchange.write("data: 1\n\n");
  await exchange.gone;
  await settle();
  console.error = error;
  expect(view.renders).toHaveLength(renders);
  expect(heard).toEqual([]);
  expect(complaints).toEqual([]);
});

test("a component that takes the place of another takes its connection and what it showed", async () => {
  const first = probe(server.url);
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await shows(first, ({ data }) => data === 1);
  first.unmount();
  const second = probe(server.url);
  expect(second.renders[0]).toMatchObject({ isConnected: true, data: 1 });
  exchange.write("data: 2\n\n");
  await shows(second, ({ data }) => data === 2);
  expect(server.requests).toBe(1);
});

test("two components with one URL share a connection, and each hears every event", async () => {
  const heard: string[] = [];
  const options = (name: string) => ({
    onMessage: ({ data }: { readonly data: string }) => void heard.push(`${name}${data}`),
  });
  const a = probe(server.url, options("a"));
  const b = probe(server.url, options("b"));
  const exchange = await server.next();
  exchange.stream("data: 1\n\ndata: 2\n\n");
  await shows(a, ({ data }) => data === 2);
  await shows(b, ({ data }) => data === 2);
  expect(heard).toEqual(["a1", "b1", "a2", "b2"]);
  expect(a.last.history).toBe(b.last.history);
  a.unmount();
  exchange.write("data: 3\n\n");
  await shows(b, ({ data }) => data === 3);
  expect(heard.slice(4)).toEqual(["b3"]);
  b.unmount();
  await exchange.gone;
  expect(server.requests).toBe(1);
});

test("a callback that throws is reported, and neither the others nor the stream notice", async () => {
  const reports: string[] = [];
  const report = (event: ErrorEvent): void => {
    event.preventDefault();
    reports.push(event.message);
  };
  window.addEventListener("error", report);
  const heard: unknown[] = [];
  probe(server.url, {
    onMessage: () => {
      throw new Error("in onMessage");
    },
  });
  probe(server.url, { onMessage: ({ json }) => heard.push(json) });
  (await server.next()).stream("data: 1\n\ndata: 2\n\n");
  await until(() => reports.length === 2);
  window.removeEventListener("error", report);
  expect(heard).toEqual([1, 2]);
  expect(reports).toEqual([expect.stringContaining("in onMessage"), expect.stringContaining("in onMessage")]);
  expect(server.requests).toBe(1);
});

function StateAndData({ url }: { url: string }) {
  const { state, data } = useEventSource(url);
  return <p>{`${state} ${data}`}</p>;
}

test("who is mounted when all is forgotten shows that it is closed, and start() begins anew for all who share it", async () => {
  const a = probe(server.url);
  const b = probe(server.url);
  const first = await server.next();
  first.stream("id: e.1\ndata: 1\n\n");
  for (const view of [a, b]) await shows(view, ({ data }) => data === 1);
  reset();
  await first.gone;
  for (const view of [a, b]) await shows(view, ({ state }) => state === "disconnected");
  a.last.start();
  const second = await server.next();
  second.stream("data: 2\n\n");
  for (const view of [a, b]) await shows(view, ({ data, isConnected }) => isConnected && data === 2);
  const late = probe(server.url);
  expect(late.last).toMatchObject({ isConnected: true, data: 2 });
  b.last.stop();
  for (const view of [a, b, late]) await shows(view, ({ state }) => state === "disconnected");
  expect(server.requests).toBe(2);
});

test("who comes after all was forgotten shares nothing with who was there before", async () => {
  const before = probe(server.url);
  (await server.next()).stream("data: 1\n\n");
  await shows(before, ({ data }) => data === 1);
  reset();
  const after = probe(server.url);
  expect(after.last).toMatchObject({ state: "connecting", data: null });
  (await server.next()).stream("data: 2\n\n");
  await shows(after, ({ data }) => data === 2);
  expect(before.last).toMatchObject({ state: "disconnected", data: 1 });
});

test("hydrating shows what the server rendered, then the stream", async () => {
  const recovered: unknown[] = [];
  const container = document.body.appendChild(document.createElement("div"));
  container.innerHTML = "<p>connecting null</p>";
  const paragraph = container.firstChild;
  render(<StateAndData url={server.url} />, {
    container,
    hydrate: true,
    onRecoverableError: (error) => recovered.push(error),
  });
  (await server.next()).stream("data: 1\n\n");
  await until(() => container.textContent === "connected 1");
  expect(container.firstChild).toBe(paragraph);
  expect(recovered).toEqual([]);
});

test("with a signal that is aborted it is disconnected", async () => {
  const view = probe(server.url, { signal: AbortSignal.abort() });
  await shows(view, ({ state }) => state === "disconnected");
  await settle();
  expect(server.requests).toBe(0);
});

test("a client's relative URL is the document's", () => {
  const client = new SSEClient("/events?x=1", { signal: AbortSignal.abort() });
  expect(client.url).toBe("http://localhost/events?x=1");
});
