/** @jest-environment ./tests/js/react/page-environment.mjs */
// The client's half of the seed (tests/seeds/002.md): every block that is a program runs as it stands, but for its imports.
import * as React from "react";
import * as runtime from "react/jsx-runtime";
import * as millrace from "../../../js/src/react/index.js";
import { blocksUnder, runBlock } from "../../seeds/blocks.js";
import { until } from "../client/scripted-server.js";
import { mount, serverPerTest } from "./helpers.js";

const server = serverPerTest();
const modules = { "@/hooks/use-event-source": millrace, "react/jsx-runtime": runtime };
const [quickStart = "", chat = ""] = blocksUnder("Client");

/** The page's own server is another than the test's: what a block asks for by its path goes there. */
const realFetch = globalThis.fetch;
let paths: string[];
beforeEach(() => {
  paths = [];
  globalThis.fetch = (input, init) => {
    const { pathname } = new URL(String(input));
    paths.push(pathname);
    return realFetch(server.origin + pathname, init);
  };
});
afterEach(() => {
  globalThis.fetch = realFetch;
});

const event = (type: string, data: unknown) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

test("Quick Start, Client", async () => {
  const { ChatMessage } = runBlock(quickStart, modules, {}, ["ChatMessage"]) as { ChatMessage: React.FC };
  const page = mount(<ChatMessage />);
  (await server.next()).stream(event("message", { content: "Hello!" }));
  await until(() => page.container.textContent === "Hello!");
  expect(paths).toEqual(["/api/chat/conversations/123/stream"]);
});

test("useEventSource", async () => {
  const said: unknown[] = [];
  const console = { log: (...all: unknown[]) => said.push(all), error: (...all: unknown[]) => said.push(all) };
  const [block = ""] = blocksUnder("useEventSource");
  const { Component } = runBlock(block, modules, { console }, ["Component"]) as { Component: React.FC };
  const page = mount(<Component />);
  const exchange = await server.next();
  exchange.stream(event("progress", { percent: 50 }));
  await until(() => page.container.textContent?.includes('"percent": 50') === true);
  expect(page.container.textContent).toMatch(/^Connected/);
  expect(said).toEqual([["Received:", '{"percent":50}']]);
  exchange.destroy();
  await until(() => said.length === 2);
  expect(said[1]).toEqual(["SSE Error:", expect.objectContaining({ code: "CONNECTION_FAILED" })]);
});

test("Chat Streaming Example, Client", async () => {
  const { useState } = React;
  const surroundings = { useState, useEventSource: millrace.useEventSource, console: { error: () => {} } };
  const { ChatStream } = runBlock(chat, modules, surroundings, ["ChatStream"]) as {
    ChatStream: React.FC<{ conversationId: string }>;
  };
  const page = mount(<ChatStream conversationId="7" />);
  const exchange = await server.next();
  exchange.stream(event("chunk", { content: "Hello, " }) + event("chunk", { content: "how are you?" }));
  exchange.write(event("done", {}) + event("error", { message: "late" }));
  await until(() => page.container.textContent === "Hello, how are you?");
  expect(paths).toEqual(["/api/chat/conversations/7/stream"]);
});

test("Error Handling, Client-Side", async () => {
  const errors: string[] = [];
  const [block = ""] = blocksUnder("Client-Side");
  // biome-ignore lint/correctness/noComponentHookFactories: the block stands within a component
  function Component() {
    const setError = (error: string) => void errors.push(error);
    runBlock(block, modules, { url: "/api/stream", setError, useEventSource: millrace.useEventSource });
    return null;
  }
  mount(<Component />);
  const exchange = await server.next();
  exchange.stream(event("error", { code: "PROCESSING_ERROR", message: "The model has died" }));
  await until(() => errors.length === 1);
  exchange.destroy();
  await until(() => errors.length === 2);
  expect(errors).toEqual(["The model has died", "Connection lost. Reconnecting..."]);
});
