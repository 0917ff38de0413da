/** @jest-environment ./tests/js/react/page-environment.mjs */
// The hook of conversations against a real server in this process.
import { act, cleanup, render, screen } from "@testing-library/react";
import { Fragment, StrictMode } from "react";
import {
  type ChatMessage,
  type ChatStream,
  type ChatStreamError,
  type UseChatStreamOptions,
  useChatStream,
} from "../../js/src/react/index.js";
import {
  type AgentNetwork,
  type ConversationContext,
  createAgentNetwork,
  createChatStream,
  createHub,
  SourceError,
} from "../../js/src/server/index.js";
import { reset } from "../../js/src/shared/reset.js";
import { serve, type TestServer } from "../addon/serve.js";
import { until } from "../js/client/scripted-server.js";

let count = 0;
let server: TestServer;
let url: string;
let source: (context: ConversationContext) => AsyncIterable<string | { progress: unknown }>;
let contexts: ConversationContext[];
let methods: string[];
let agents: AgentNetwork;
let also: string[];
let isBroken: boolean;
let isForgotten: boolean;

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});

beforeEach(async () => {
  contexts = [];
  methods = [];
  isBroken = false;
  isForgotten = false;
  also = [];
  const hub = createHub({ name: `chat hook ${++count}` });
  hub.on("error", () => {});
  agents = createAgentNetwork(hub);
  server = await serve(async (request) => {
    methods.push(request.method);
    if (isForgotten) return new Response(null, { status: 204 });
    if (isBroken) return new Response(null, { status: 403 });
    if (request.url.includes("/agents/")) return agents.all.response(request, "c1");
    return createChatStream(hub, {
      ...{ also, request, conversationId: new URL(request.url).pathname.slice(1) },
      source: (context) => {
        contexts.push(context);
        return source(context);
      },
    });
  });
  url = `${server.url}/c1`;
  source = async function* ({ message }) {
    yield "You said: ";
    yield message?.content ?? "nothing";
  };
});

afterEach(async () => {
  cleanup();
  reset();
  localStorage.clear();
  await server.close();
});

interface ProbeProps {
  readonly address: string | null;
  readonly options: UseChatStreamOptions;
  readonly renders: ChatStream[];
}

function Probe({ address, options, renders }: ProbeProps) {
  const chat = useChatStream(address, { retry: { baseMs: 1, maxMs: 5 }, ...options });
  renders.push(chat);
  return chat.messages.map(({ id, role, content }) => <p key={id}>{`${role}: ${content}`}</p>);
}

function probe(options: UseChatStreamOptions = {}, address: string | null = url, wrapper: typeof Fragment = Fragment) {
  const renders: ChatStream[] = [];
  const shown = (address: string | null) => <Probe address={address} options={options} renders={renders} />;
  const { unmount, rerender } = render(shown(address), { wrapper });
  const last = () => renders.at(-1) as ChatStream;
  return { renders, unmount, last, show: (address: string) => rerender(shown(address)) };
}
const said = ({ messages }: ChatStream) => messages.map(({ role, content }) => `${role}: ${content}`);

/** A source that waits before its last text. */
function waiting(...texts: string[]) {
  let goOn = () => {};
  const went = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  source = async function* ({ signal }) {
    yield* texts.slice(0, -1);
    await Promise.race([went, new Promise((resolve) => signal.addEventListener("abort", resolve))]);
    yield texts.at(-1) ?? "";
  };
  return () => goOn();
}

test("sends, shows what is written, and keeps what was said", async () => {
  const goOn = waiting("Hello, ", "how ", "are you?");
  const heard: ChatMessage[] = [];
  const { last, renders } = probe({ onMessage: (message) => heard.push(message) });
  expect(last()).toMatchObject({ messages: [], content: "", status: "ready", isTyping: false, error: null });
  act(() => last().send("Hi"));
  await until(() => last().content === "Hello, how ");
  expect(last()).toMatchObject({ status: "streaming", isTyping: true, connection: { isConnected: true } });
  expect(said(last())).toEqual(["user: Hi"]);
  expect(screen.getByText("user: Hi")).toBeTruthy();
  goOn();
  await until(() => last().status === "ready");
  expect(said(last())).toEqual(["user: Hi", "assistant: Hello, how are you?"]);
  expect(last()).toMatchObject({ content: "", isTyping: false, error: null });
  expect(heard).toEqual(last().messages);
  // No render shows the answer twice, and each function is always the same.
  for (const { messages, content } of renders) expect(messages.length === 2 && content !== "").toBe(false);
  for (const name of ["send", "stop", "regenerate", "setMessages"] as const)
    expect(new Set(renders.map((render) => render[name])).size).toBe(1);
  expect(renders.map(({ status }) => status).filter((now, n, all) => now !== all[n - 1])).toEqual([
    ...["ready", "submitted", "streaming", "ready"],
  ]);
});

test("the server is sent all messages, and what else there is", async () => {
  const { last } = probe({ initialMessages: [{ id: "0", role: "assistant", content: "Yes?" }], body: { model: "m" } });
  act(() => last().send({ id: "mine", content: "Hi", mood: "good" } as never));
  await until(() => last().messages.length === 3);
  expect(contexts).toMatchObject([
    {
      messages: [
        { id: "0", role: "assistant", content: "Yes?" },
        { id: "mine", role: "user", content: "Hi", mood: "good" },
      ],
      trigger: "send",
      body: { model: "m" },
    },
  ]);
  expect(contexts[0]?.answerId).toBe(last().messages[2]?.id);
});

test("a function makes the whole body", async () => {
  const { last } = probe({ body: (messages, trigger) => ({ messages: messages.slice(-1), trigger, only: true }) });
  act(() => last().send("one"));
  await until(() => last().messages.length === 2);
  act(() => last().send("two"));
  await until(() => last().messages.length === 4);
  expect(contexts.at(-1)).toMatchObject({ messages: [{ content: "two" }], body: { only: true } });
});

test("stopped, what has come is the message", async () => {
  waiting("Half", "whole");
  const finished: unknown[] = [];
  const { last } = probe({ onFinish: (done) => finished.push(done) });
  act(() => last().send("Hi"));
  await until(() => last().content === "Half");
  expect(await last().stop()).toBe(true);
  await until(() => last().status === "ready");
  expect(last().messages.at(-1)).toMatchObject({ content: "Half", isPartial: true });
  expect(finished).toEqual([{ reason: "stopped" }]);
  expect(await last().stop()).toBe(false);
});

test("stopped where the server cannot be reached, it is left", async () => {
  waiting("Half", "whole");
  const { last } = probe({
    fetch: (url, init) => (init.method === "DELETE" ? Promise.reject(new Error()) : fetch(url, init)),
  });
  act(() => last().send("Hi"));
  await until(() => last().content === "Half");
  expect(await last().stop()).toBe(false);
  await until(() => last().status === "ready");
  expect(last().messages.at(-1)).toMatchObject({ content: "Half", isPartial: true });
});

test("another message while it is answered ends the answer, and keeps what has come", async () => {
  waiting("Half", "whole");
  const { last } = probe();
  act(() => last().send("one"));
  await until(() => last().content === "Half");
  source = async function* () {
    yield "New";
  };
  act(() => last().send("two"));
  await until(() => last().messages.length === 4);
  expect(said(last())).toEqual(["user: one", "assistant: Half", "user: two", "assistant: New"]);
});

test("asked once more, another answer takes the place of the last", async () => {
  let n = 0;
  source = async function* () {
    yield `answer ${++n}`;
  };
  const { last } = probe();
  act(() => last().regenerate());
  expect(methods).not.toContain("POST");
  act(() => last().send("Hi"));
  await until(() => last().messages.length === 2);
  act(() => last().regenerate());
  await until(() => last().messages.length === 2 && said(last())[1] === "assistant: answer 2");
  expect(contexts.map(({ trigger, messages }) => [trigger, messages.length])).toEqual([
    ["send", 1],
    ["regenerate", 1],
  ]);
});

test("cut in the middle, the answer goes on by itself, with nothing twice", async () => {
  const goOn = waiting("one ", "two ", "three");
  const { last } = probe();
  act(() => last().send("Hi"));
  await until(() => last().content === "one two ");
  server.cut();
  await until(() => last().connection.state !== "connected" || methods.filter((m) => m === "GET").length > 1);
  goOn();
  await until(() => last().messages.length === 2);
  expect(said(last())).toEqual(["user: Hi", "assistant: one two three"]);
  expect(methods.filter((method) => method === "POST")).toHaveLength(1);
  expect(contexts).toHaveLength(1);
});

test("mounted anew, it goes on with the answer that there is", async () => {
  const goOn = waiting("one ", "two");
  const first = probe({ storage: "local" });
  act(() => first.last().send("Hi"));
  await until(() => first.last().content === "one ");
  first.unmount();
  const second = probe({ storage: "local" });
  await until(() => second.last().content === "one ");
  expect(said(second.last())).toEqual(["user: Hi"]);
  goOn();
  await until(() => second.last().messages.length === 2);
  expect(said(second.last())).toEqual(["user: Hi", "assistant: one two"]);
  second.unmount();
  const third = probe({ storage: "local", resume: false });
  expect(said(third.last())).toEqual(["user: Hi", "assistant: one two"]);
  expect(contexts).toHaveLength(1);
});

test("an answer that is there is not written once more by a page that is loaded anew", async () => {
  const first = probe({ storage: "local" });
  act(() => first.last().send("Hi"));
  await until(() => first.last().messages.length === 2);
  first.unmount();
  const before = methods.length;
  const heard: ChatMessage[] = [];
  const second = probe({ storage: "local", onMessage: (message) => heard.push(message) });
  await until(() => methods.length > before);
  await until(() => second.last().connection.state === "disconnected");
  expect(second.renders.map(({ content, status }) => `${content} ${status}`)).toEqual(
    second.renders.map(() => " ready"),
  );
  expect(said(second.last())).toEqual(["user: Hi", "assistant: You said: Hi"]);
  expect(heard).toEqual([]);
});

test("a part that was left is shown as it goes on", async () => {
  const goOn = waiting("Half ", "whole");
  const rejects: UseChatStreamOptions["fetch"] = (url, init) =>
    init.method === "DELETE" ? Promise.reject(new Error()) : fetch(url, init);
  const first = probe({ storage: "local", fetch: rejects });
  act(() => first.last().send("Hi"));
  await until(() => first.last().content === "Half ");
  await first.last().stop();
  await until(() => first.last().messages.length === 2);
  first.unmount();
  const second = probe({ storage: "local" });
  await until(() => second.last().content === "Half ");
  expect(said(second.last())).toEqual(["user: Hi"]);
  goOn();
  await until(() => second.last().status === "ready");
  expect(said(second.last())).toEqual(["user: Hi", "assistant: Half whole"]);
});

test("a storage that is full keeps the newer half, and one that throws nothing", async () => {
  let kept = "";
  const full = {
    getItem: () => kept,
    setItem: (_: string, text: string) => {
      if (text.length > 300) throw new Error("quota");
      kept = text;
    },
  };
  const initialMessages = Array.from({ length: 8 }, (_, n) => ({ id: `${n}`, role: "user", content: `${n}` }) as const);
  const { last } = probe({ storage: full, initialMessages, resume: false });
  act(() => last().setMessages([...last().messages]));
  expect(last().messages).toHaveLength(8);
  expect(JSON.parse(kept).length).toBeGreaterThan(0);
  expect(JSON.parse(kept).at(-1)).toEqual(initialMessages.at(-1));
  const broken = {
    getItem: () => {
      throw new Error("no");
    },
    setItem: () => {
      throw new Error("no");
    },
  };
  const other = probe({ storage: broken, resume: false }, `${server.url}/c2`);
  act(() => other.last().send("Hi"));
  await until(() => other.last().messages.length === 2);
});

test.each([
  [new Error("secret"), { code: "PROCESSING_ERROR", message: "The answer could not be completed" }],
  [
    new SourceError("RATE_LIMITED", "Later", { retryAfterMs: 5 }),
    { code: "RATE_LIMITED", message: "Later", retryAfterMs: 5 },
  ],
])("a source that fails: %p", async (error, failure) => {
  source = async function* () {
    yield "Half";
    throw error;
  };
  const heard: ChatStreamError[] = [];
  const { last } = probe({ onError: (error) => heard.push(error) });
  act(() => last().send("Hi"));
  await until(() => last().status === "error");
  await until(() => last().connection.state === "disconnected");
  expect(last()).toMatchObject({ error: failure, content: "Half", isTyping: false });
  expect(heard).toEqual([failure]);
  source = async function* () {
    yield "Well";
  };
  act(() => last().regenerate());
  await until(() => last().status === "ready");
  expect(said(last())).toEqual(["user: Hi", "assistant: Well"]);
  expect(last().error).toBeNull();
});

test("refused by the server", async () => {
  const heard: ChatStreamError[] = [];
  const { last } = probe({ resume: false, onError: (error) => heard.push(error) });
  isBroken = true;
  act(() => last().send("Hi"));
  await until(() => last().status === "error");
  expect(last().error).toMatchObject({ status: 403 });
  expect(heard).toHaveLength(1);
  expect(said(last())).toEqual(["user: Hi"]);
});

test("an answer that is not there any more, once it was cut", async () => {
  waiting("Half", "whole");
  const { last } = probe({ resume: false });
  act(() => last().send("Hi"));
  await until(() => last().content === "Half");
  isForgotten = true;
  server.cut();
  await until(() => last().status === "error");
  expect(last()).toMatchObject({ error: { code: "ANSWER_LOST" }, content: "Half" });
});

test("another URL is another conversation", async () => {
  const goOn = waiting("one ", "two");
  const { last, show } = probe();
  act(() => last().send("Hi"));
  await until(() => last().content === "one ");
  show(`${server.url}/c2`);
  await until(() => last().messages.length === 0 && last().content === "" && last().status === "ready");
  expect(methods.filter((method) => method === "POST")).toHaveLength(1);
  goOn();
  show(url);
  await until(() => said(last()).includes("assistant: one two"));
});

test("without a URL nothing is asked, and sending says so", () => {
  const { last } = probe({}, null);
  expect(last().status).toBe("ready");
  expect(() => last().send("Hi")).toThrow("URL");
  expect(() => last().send(1 as never)).toThrow(TypeError);
  expect(last().messages).toEqual([]);
  expect(methods).toEqual([]);
});

test("in strict mode a message is sent once", async () => {
  const { last } = probe({}, url, StrictMode);
  act(() => last().send("Hi"));
  await until(() => last().messages.length === 2);
  expect(contexts).toHaveLength(1);
});

describe("with agents beside", () => {
  const emit = () => {
    agents.emit("c1", { type: "agent_network_snapshot", data: { agents: {}, connections: [] } });
    agents.emit("c1", { type: "agent_start", data: { agent: "plan", task: "Think" } });
    agents.emit("c1", { type: "research_started", data: { query: "Why?" } });
    const sources = [{ url: "u" }, { url: "v" }];
    agents.emit("c1", {
      type: "research_progress",
      data: { phase: "look", progress: 0.5, sources, partial_results: [1] },
    });
    agents.emit("c1", {
      type: "research_progress",
      data: { phase: "look", progress: 0.7, sources, partial_results: [2] },
    });
    agents.emit("c1", { type: "agent_complete", data: { agent: "plan", result: "ok" } });
  };

  test.each(["a connection of their own", "the answer's connection"])("on %s", async (where) => {
    const isOne = where === "the answer's connection";
    if (isOne) also = ["agents:c1", "agents-research:c1"];
    const goOn = waiting("one ", "two");
    const { last } = probe({ also: { agents: isOne || `${server.url}/agents/c1` } });
    expect(last().agents).toMatchObject({ agents: [], research: { status: "idle" } });
    act(() => last().send("Hi"));
    await until(() => last().content === "one " && last().agents.isConnected);
    emit();
    await until(() => last().agents.agents[0]?.status === "done");
    await until(() => last().agents.research.progress === 0.7);
    expect(last().agents).toMatchObject({
      agents: [{ id: "plan", status: "done", task: "Think", result: "ok" }],
      research: {
        status: "running",
        query: "Why?",
        phase: "look",
        partialResults: [1, 2],
        sources: [{ url: "u" }, { url: "v" }],
      },
    });
    agents.emit("c1", { type: "error", data: { error: "no" } });
    await until(() => last().agents.research.status === "failed");
    // The failure is theirs.
    expect(last()).toMatchObject({ status: "streaming", error: null });
    goOn();
    await until(() => last().status === "ready");
    expect(said(last())).toEqual(["user: Hi", "assistant: one two"]);
    expect(last().agents.agents).toHaveLength(1);
  });

  test("a failure of the answer's is none of theirs", async () => {
    also = ["agents:c1", "agents-research:c1"];
    source = () => {
      throw new Error("x");
    };
    const { last } = probe({ also: { agents: true } });
    act(() => last().send("Hi"));
    await until(() => last().status === "error");
    expect(last().agents.research).toMatchObject({ status: "idle", error: null });
  });
});
