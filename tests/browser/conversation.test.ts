// Conversations by `useChatStream` in Chromium: tabs that share, reloads, and the seed's own component.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import {
  attachChatStream,
  type ConversationContext,
  createAgentNetwork,
  createHub,
} from "../../js/src/server/index.js";
import { blocksUnder } from "../seeds/blocks.js";
import { connectBrowser } from "./support/browser.js";
import { close, listen, pageServer } from "./support/react-page.js";

const MINUTES = 60_000;
let browser: Browser;
let server: Server;
/** Lets the source say its next word. */
let goOn: () => void;
let steps: Promise<void>[];
let sources: number;
let stopped: { at: number }[];

interface Seen {
  messages: { role: string; content: string; isPartial?: boolean }[];
  content: string;
  status: string;
  agents: { agents: { id: string; status: string }[] };
  send: (text: string) => void;
  stop: () => Promise<boolean>;
  stoppedAt: number;
}
type Seeing = { seen: Seen };

const [, seedClient = ""] = blocksUnder("Client");
const program = `
  import { createRoot } from "react-dom/client";
  import { useChatStream, useEventSource } from "millrace/react";
  import { useState } from "react";

  const query = new URLSearchParams(location.search);
  ${seedClient}
  function Chat({ id }) {
    const url = "/api/chat/conversations/" + id + "/stream";
    const chat = useChatStream(url, { storage: "local", shareAcrossTabs: true, also: { agents: "/agents/" + id }, retry: { baseMs: 1, maxMs: 10 } });
    window.seen = chat;
    return <main>{chat.messages.map((message) => <p key={message.id}>{message.role}: {message.content}</p>)}<p>{chat.content}</p></main>;
  }
  createRoot(document.querySelector("#root")).render(
    query.has("seed") ? <ChatStream conversationId={query.get("chat")} /> : <Chat id={query.get("chat")} />,
  );
`;

beforeAll(async () => {
  const hub = createHub({ name: "browser conversations" });
  const agents = createAgentNetwork(hub);
  async function* source({ signal, message, conversationId }: ConversationContext) {
    sources++;
    signal.addEventListener("abort", () => stopped.push({ at: Date.now() }));
    agents.emit(conversationId, { type: "agent_start", data: { agent: "writer" } });
    for (const text of ["You ", "said ", `${message?.content ?? "nothing"}.`]) {
      yield text;
      await Promise.race([steps.shift(), new Promise((resolve) => signal.addEventListener("abort", resolve))]);
    }
    agents.emit(conversationId, { type: "agent_complete", data: { agent: "writer" } });
  }
  server = pageServer(program, (req, res) => {
    const [, first, , conversations, id = ""] = new URL(req.url ?? "", "http://host").pathname.split("/");
    if (first === "agents") void agents.all.attach(req, res, String(req.url).split("/")[2] ?? "");
    else if (first === "api" && conversations !== undefined)
      void attachChatStream(req, res, hub, { conversationId: id, source });
    else return false;
    return true;
  });
  await listen(server);
  browser = await connectBrowser();
}, MINUTES);

afterAll(async () => {
  await browser?.close();
  await close(server);
}, MINUTES);

beforeEach(() => {
  sources = 0;
  stopped = [];
  const goOns: (() => void)[] = [];
  steps = Array.from({ length: 10 }, () => new Promise<void>((resolve) => goOns.push(resolve)));
  goOn = () => goOns.shift()?.();
});

async function open(chat: string, context: Awaited<ReturnType<Browser["newContext"]>>, more = ""): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?chat=${chat}${more}`);
  return page;
}
const shows = (page: Page, text: string) =>
  page.waitForFunction((text) => document.querySelector("#root")?.textContent?.includes(text), text, {
    timeout: MINUTES,
  });
const seenBy = (page: Page) => page.evaluate(() => JSON.parse(JSON.stringify((window as unknown as Seeing).seen)));
const isReady = (page: Page) =>
  page.waitForFunction(() => (window as unknown as Seeing).seen?.status === "ready", undefined, { timeout: MINUTES });
const send = (page: Page, text: string) => page.evaluate((text) => (window as unknown as Seeing).seen.send(text), text);

test(
  "two tabs show the same, also over a reload, and one source speaks",
  async () => {
    const context = await browser.newContext();
    const [first, second] = [await open("shared", context), await open("shared", context)];
    await Promise.all([isReady(first), isReady(second)]);
    await send(first, "Hello");
    await shows(second, "user: Hello");
    await shows(second, "You ");
    goOn();
    await shows(second, "You said ");
    await first.reload();
    await shows(first, "You said ");
    expect((await seenBy(first)).agents.agents).toMatchObject([{ id: "writer", status: "working" }]);
    goOn();
    goOn();
    for (const page of [first, second]) {
      await shows(page, "assistant: You said Hello.");
      await isReady(page);
      const { messages, content } = await seenBy(page);
      expect([messages.length, content]).toEqual([2, ""]);
      await page.waitForFunction(() => (window as unknown as Seeing).seen.agents.agents[0]?.status === "done");
    }
    expect(sources).toBe(1);
    await context.close();
  },
  MINUTES,
);

test(
  "stopped from the other tab, the source ends, and both show the same end",
  async () => {
    const context = await browser.newContext();
    const [first, second] = [await open("stopped", context), await open("stopped", context)];
    await Promise.all([isReady(first), isReady(second)]);
    await send(first, "Hello");
    await shows(second, "You ");
    const asked = await second.evaluate(async () => {
      const before = Date.now();
      await (window as unknown as Seeing).seen.stop();
      return before;
    });
    for (const page of [first, second]) await isReady(page);
    const ends = [await seenBy(first), await seenBy(second)];
    expect(ends[0].messages).toEqual(ends[1].messages);
    expect(ends[0].messages.at(-1)).toMatchObject({ role: "assistant", content: "You ", isPartial: true });
    expect(stopped).toHaveLength(1);
    console.info(`stopped from another tab: the source heard of it after ${(stopped[0]?.at ?? 0) - asked} ms`);
    await context.close();
  },
  MINUTES,
);

test(
  "the seed's component reads the answer that its GET begins",
  async () => {
    const context = await browser.newContext();
    const page = await open("seed", context, "&seed");
    for (const text of ["You ", "You said ", "You said nothing."]) {
      await shows(page, text);
      goOn();
    }
    expect(sources).toBe(1);
    await context.close();
  },
  MINUTES,
);
