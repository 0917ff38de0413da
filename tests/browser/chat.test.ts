// `useChat` as it is, in Chromium, through cuts and reloads at random moments of answers of all kinds: the final message is the source's, no part twice, and each
// source ran once. MILLRACE_CHAT_INTERRUPTIONS says how many there are, for each transport; MILLRACE_SEED which.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createUIMessageStream, readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai";
import type { Browser, Page } from "playwright-core";
import { createChat, createHub } from "../../js/src/server/index.js";
import { answerChat } from "../support/chat-route.js";
import { randomOf } from "../support/random.js";
import { connectBrowser } from "./support/browser.js";
import { CuttingProxy } from "./support/cutting-proxy.js";
import { close, listen, pageServer } from "./support/react-page.js";

const MINUTES = 60_000;
const INTERRUPTIONS = Number(process.env.MILLRACE_CHAT_INTERRUPTIONS ?? 60);
const SEED = Number(process.env.MILLRACE_SEED ?? 1);
const OF_ONE_ANSWER = 6;

let browser: Browser;
let server: Server;
let sources: Map<string, number>;
/** By the chat. */
let answers: Map<string, UIMessageChunk[]>;
/** The chats whose answers do not end by themselves. */
const endless = new Set<string>();

/** What the page keeps for the test. */
interface Seen {
  messages: UIMessage[];
  status: string;
  errors: string[];
  send: () => void;
  stop: () => Promise<void>;
}
type Seeing = { seen: Seen };

const program = `
  import { useEffect, useMemo } from "react";
  import { createRoot } from "react-dom/client";
  import { Chat as ReactChat, useChat } from "@ai-sdk/react";
  import { DefaultChatTransport } from "ai";
  import { MillraceChatTransport } from "millrace/ai";

  const query = new URLSearchParams(location.search);
  const seen = (window.seen = { messages: [], status: "", errors: [] });
  function Chat({ id, isOurs }) {
    // useChat of @ai-sdk/react 3 does not hand on that its own transport gives an answer from its beginning, unless it is given the chat.
    const about = useMemo(
      () =>
        isOurs
          ? { id, transport: new MillraceChatTransport({ retry: { baseMs: 1, maxMs: 10 } }) }
          : { chat: new ReactChat({ id, transport: new DefaultChatTransport() }) },
      [],
    );
    const { messages, status, sendMessage, resumeStream, error } = useChat({ ...about, resume: true });
    useEffect(() => {
      if (status !== "error") return;
      seen.errors.push(String(error));
      void resumeStream(); // as the SDK documents
    }, [status]);
    Object.assign(seen, { messages, status, send: () => void sendMessage({ text: "Go" }), stop: () => new MillraceChatTransport().stop({ chatId: id }) });
    return <main><p>{status}</p>{messages.map((message) => <pre key={message.id}>{JSON.stringify(message.parts)}</pre>)}</main>;
  }
  createRoot(document.querySelector("#root")).render(<Chat id={query.get("chat")} isOurs={query.has("ours")} />);
`;

beforeAll(async () => {
  const hub = createHub({ name: "browser chat" });
  const chat = createChat(hub, {
    source: ({ chatId, signal }) => {
      sources.set(chatId, (sources.get(chatId) ?? 0) + 1);
      return slowly(answers.get(chatId) ?? [], signal, endless.has(chatId));
    },
  });
  server = pageServer(program, (request, response) => {
    if (!request.url?.startsWith("/api/chat")) return false;
    void answerChat(chat, request, response);
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
  sources = new Map();
  answers = new Map();
});

async function* slowly(
  parts: readonly UIMessageChunk[],
  signal: AbortSignal,
  isEndless: boolean,
): AsyncGenerator<UIMessageChunk> {
  for (const part of parts) {
    if (signal.aborted) return;
    yield part;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  if (isEndless) await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

/** An answer with text, reasoning, tools and data, with marks in it at which something happens. */
function answerOf(n: number, random: () => number, marks: readonly string[]): UIMessageChunk[] {
  const words = (count: number) => Array.from({ length: count }, () => `w${Math.floor(random() * 1000)} `);
  const parts: object[] = [{ type: "start", messageId: `m${n}` }, { type: "start-step" }];
  for (const [at, mark] of marks.entries()) {
    const id = `${at}`;
    const kind = Math.floor(random() * 4);
    if (kind < 2) {
      const type = kind === 0 ? "text" : "reasoning";
      parts.push({ type: `${type}-start`, id });
      for (const delta of [...words(5), mark, ...words(5)]) parts.push({ type: `${type}-delta`, id, delta });
      parts.push({ type: `${type}-end`, id });
    } else if (kind === 2) {
      parts.push({ type: "tool-input-start", toolCallId: id, toolName: "look" });
      for (const inputTextDelta of ['{"for":"', ...words(3), mark, '"}']) {
        parts.push({ type: "tool-input-delta", toolCallId: id, inputTextDelta });
      }
      parts.push({ type: "tool-input-available", toolCallId: id, toolName: "look", input: { for: mark } });
      parts.push({ type: "tool-output-available", toolCallId: id, output: { found: words(2) } });
    } else parts.push({ type: "data-note", id, data: { mark, words: words(3) } });
  }
  parts.push({ type: "text-start", id: "last" }, { type: "text-delta", id: "last", delta: "The end." });
  parts.push({ type: "text-end", id: "last" }, { type: "finish-step" }, { type: "finish" });
  return parts as UIMessageChunk[];
}

/** The message as the AI SDK makes it of the whole. */
async function wholeOf(parts: readonly UIMessageChunk[]): Promise<UIMessage["parts"]> {
  const stream = createUIMessageStream({ execute: ({ writer }) => parts.forEach((part) => void writer.write(part)) });
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream })) last = message;
  return last?.parts ?? [];
}

/** Without what is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

const seenBy = (page: Page) => page.evaluate(() => (window as unknown as Seeing).seen);
const isWhole = (page: Page) =>
  page.waitForFunction(
    () => {
      const { seen } = window as unknown as Seeing;
      return seen?.status === "ready" && JSON.stringify(seen.messages.at(-1)?.parts).includes("The end.");
    },
    undefined,
    { timeout: MINUTES },
  );

test.each(["usual", "ours"] as const)(
  "with the %s transport",
  async (transport) => {
    const random = randomOf(SEED);
    const count = Math.ceil(INTERRUPTIONS / OF_ONE_ANSWER);
    const plans = Array.from({ length: count }, (_, n) =>
      Array.from({ length: OF_ONE_ANSWER }, (_, at) => `<${random() < 0.8 ? "cut" : "load"}-${n}-${at}>`),
    );
    const cuts = plans.flat().filter((mark) => mark.startsWith("<cut"));
    const proxy = await CuttingProxy.start((server.address() as AddressInfo).port, cuts);
    const page = await browser.newPage();
    const thrown: Error[] = [];
    page.on("pageerror", (error) => thrown.push(error));
    for (const [n, marks] of plans.entries()) {
      const chatId = `${transport} ${n}`;
      const parts = answerOf(n, random, marks);
      answers.set(chatId, parts);
      await page.goto(`${proxy.url}/?chat=${encodeURIComponent(chatId)}${transport === "ours" ? "&ours" : ""}`);
      await page.waitForFunction(() => (window as unknown as Seeing).seen?.status === "ready");
      await page.evaluate(() => (window as unknown as Seeing).seen.send());
      for (const mark of marks) {
        if (mark.startsWith("<cut")) continue;
        await page.waitForFunction(
          (text) => JSON.stringify((window as unknown as Seeing).seen?.messages ?? "").includes(text),
          mark,
          { timeout: MINUTES },
        );
        await page.reload();
      }
      await isWhole(page);
      const { messages } = await seenBy(page);
      expect([chatId, plain(messages.at(-1)?.parts)]).toEqual([chatId, plain(await wholeOf(parts))]);
      expect(messages.filter(({ role }) => role === "assistant")).toHaveLength(1);
      expect([chatId, sources.get(chatId)]).toEqual([chatId, 1]);
    }
    expect(proxy.cuts).toEqual(cuts);
    expect(thrown).toEqual([]);
    await page.close();
    await proxy.stop();
  },
  20 * MINUTES,
);

test(
  "stopped from another tab, the source ends, and both tabs show the same end",
  async () => {
    const chatId = "stopped";
    answers.set(chatId, answerOf(0, randomOf(SEED), ["<a>", "<b>"]).slice(0, -5));
    endless.add(chatId);
    const { port } = server.address() as AddressInfo;
    const pages = [await browser.newPage(), await browser.newPage()] as const;
    await pages[0].goto(`http://127.0.0.1:${port}/?chat=${chatId}`);
    await pages[0].waitForFunction(() => (window as unknown as Seeing).seen?.status === "ready");
    await pages[0].evaluate(() => (window as unknown as Seeing).seen.send());
    await pages[0].waitForFunction(() => (window as unknown as Seeing).seen.messages.length === 2);
    await pages[1].goto(`http://127.0.0.1:${port}/?chat=${chatId}`);
    await pages[1].waitForFunction(() => (window as unknown as Seeing).seen?.messages.length === 1);
    for (const page of pages)
      await page.waitForFunction(() => JSON.stringify((window as unknown as Seeing).seen.messages).includes("<b>"));
    await pages[1].evaluate(() => (window as unknown as Seeing).seen.stop());
    for (const page of pages) await page.waitForFunction(() => (window as unknown as Seeing).seen.status === "ready");
    const [first, second] = [await seenBy(pages[0]), await seenBy(pages[1])];
    expect(plain(second.messages.at(-1)?.parts)).toEqual(plain(first.messages.at(-1)?.parts));
    expect(JSON.stringify(first.messages)).toContain("<b>");
    for (const page of pages) await page.close();
  },
  MINUTES,
);
