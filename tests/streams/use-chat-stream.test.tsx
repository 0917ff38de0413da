/** @jest-environment ./tests/js/react/page-environment.mjs */
// The hook of conversations against a real server in this process.
import { jest } from "@jest/globals";
import { act, cleanup, render, screen } from "@testing-library/react";
import { Fragment, StrictMode, useEffect, useRef } from "react";
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
/** In place of our own route. */
let serves: (() => Response) | undefined;

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});

beforeEach(async () => {
  contexts = [];
  methods = [];
  isBroken = false;
  isForgotten = false;
  serves = undefined;
  also = [];
  const hub = createHub({ name: `chat hook ${++count}` });
  hub.on("error", () => {});
  agents = createAgentNetwork(hub);
  server = await serve(async (request) => {
    methods.push(request.method);
    const served = serves?.();
    if (served !== undefined) return served;
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
const waiting = (...texts: string[]) => waitingFor(texts);

function waitingFor(texts: readonly (string | { progress: unknown })[]) {
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
  const heard: unknown[] = [];
  const hear = (said: unknown) => heard.push(said);
  const second = probe({ storage: "local", onMessage: hear, onFinish: hear, onProgress: hear });
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
  act(() => last().send("Hi"));
  await until(() => last().messages.length === 10); // what there was no room for is still shown
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
  expect(last().error).toMatchObject({ code: "BAD_RESPONSE", cause: { status: 403 } });
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
    if (isOne) also = agents.channelsOf("c1");
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
    also = agents.channelsOf("c1");
    source = () => {
      throw new Error("x");
    };
    const { last } = probe({ also: { agents: true } });
    act(() => last().send("Hi"));
    await until(() => last().status === "error");
    expect(last().agents.research).toMatchObject({ status: "idle", error: null });
  });
});

function Eager({ chat }: { readonly chat: ChatStream }) {
  const sent = useRef(false);
  useEffect(() => {
    if (!sent.current) chat.send("Hi");
    sent.current = true;
  }, [chat]);
  return null;
}

function EagerPage({ n, seen }: { readonly n: number; readonly seen: ChatStream[] }) {
  const chat = useChatStream(`${url}/eager${n}`);
  seen[n] = chat;
  return <Eager chat={chat} />;
}

function LiteralStorage({ kept, seen }: { readonly kept: Map<string, string>; readonly seen: ChatStream[] }) {
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  };
  seen.push(useChatStream(url, { storage }));
  return null;
}

test("a message that is sent when a component is mounted is sent once", async () => {
  const seen: ChatStream[] = [];
  for (const [n, wrapper] of [Fragment, StrictMode].entries()) {
    render(<EagerPage n={n} seen={seen} />, { wrapper });
    await until(() => seen[n]?.messages.length === 2);
  }
  expect(contexts).toHaveLength(2);
});

test("a storage that is made anew at each render, and one that is nonsense", async () => {
  const kept = new Map<string, string>();
  const seen: ChatStream[] = [];
  render(<LiteralStorage kept={kept} seen={seen} />);
  act(() => seen.at(-1)?.send("Hi"));
  await until(() => seen.at(-1)?.messages.length === 2);
  cleanup();
  for (const nonsense of ["{", "5", '["a"]', '[{"id":1}]', '[{"id":"a","role":"system","content":"x"}]', "null"]) {
    for (const key of kept.keys()) kept.set(key, nonsense);
    const rejecting = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: () => Promise.reject(new Error("x")) as never,
    };
    const { last } = probe({ storage: rejecting, resume: false });
    expect(last().messages).toEqual([]);
    act(() => last().setMessages([{ id: "1", role: "user", content: "a" }]));
    cleanup();
  }
});

test("two components that keep in one place lose nothing of each other", async () => {
  const [first, second] = [probe({ storage: "local", resume: false }), probe({ storage: "local", resume: false })];
  act(() => first.last().send("one"));
  await until(() => first.last().messages.length === 2);
  act(() => second.last().send("two"));
  await until(() => second.last().messages.length === 4);
  const third = probe({ storage: "local", resume: false });
  expect(said(third.last())).toEqual([
    "user: one",
    "assistant: You said: one",
    "user: two",
    "assistant: You said: two",
  ]);
});

test("what cannot be sent is not shown as sent", () => {
  const bodies: NonNullable<UseChatStreamOptions["body"]>[] = [
    () => {
      throw new Error("no");
    },
    () => undefined,
    { big: 1n },
  ];
  for (const body of bodies) {
    const { last } = probe({ body, resume: false });
    expect(() => last().send("Hi")).toThrow();
    expect(last().messages).toEqual([]);
    cleanup();
  }
  const { last } = probe({ resume: false });
  act(() => last().send(""));
  for (const wrong of [{ content: 5 }, { content: "a", id: 5 }, {}, { content: "a", id: "" }].slice(0, 3))
    expect(() => last().send(wrong as never)).toThrow(TypeError);
  expect(last().messages).toEqual([]);
  expect(methods).toEqual([]);
});

test("stopped in the turn in which it was sent, it is stopped", async () => {
  waiting("Half", "whole");
  const { last } = probe({ resume: false });
  let stopped: Promise<boolean> | undefined;
  act(() => {
    last().send("Hi");
    stopped = last().stop();
  });
  await stopped;
  await until(() => last().status === "ready");
  expect(last().messages.at(-1)?.role).toBe("user");
});

test("messages are set by a function, too, and never to nonsense", () => {
  const { last } = probe({ resume: false });
  act(() => last().setMessages([{ id: "1", role: "user", content: "a" }]));
  act(() => last().setMessages((before) => [...before, { id: "2", role: "assistant", content: "b" }]));
  expect(said(last())).toEqual(["user: a", "assistant: b"]);
  for (const wrong of ["ab", null, [{ a: 1 }], 5, [null]])
    expect(() => last().setMessages(wrong as never)).toThrow(TypeError);
  expect(said(last())).toEqual(["user: a", "assistant: b"]);
});

test("what the model thinks is one text, and progress ends with the answer", async () => {
  const goOn = waitingFor([{ progress: { reasoning: "Let me " } }, { progress: { reasoning: "think." } }, "So"]);
  const heard: unknown[] = [];
  const { last } = probe({ onProgress: (progress) => heard.push(progress) });
  act(() => last().send("Hi"));
  await until(() => last().reasoning === "Let me think.");
  expect(last()).toMatchObject({ status: "streaming", progress: { reasoning: "think." } });
  goOn();
  await until(() => last().status === "ready");
  expect(last()).toMatchObject({ reasoning: "", progress: null });
  expect(heard).toHaveLength(2);
});

test("a stop that the server could not hear is said again once there is a network", async () => {
  waiting("Half", "whole");
  let isOffline = true;
  const { last } = probe({
    resume: false,
    fetch: (url, init) => (init.method === "DELETE" && isOffline ? Promise.reject(new Error()) : fetch(url, init)),
  });
  act(() => last().send("Hi"));
  await until(() => last().content === "Half");
  expect(await last().stop()).toBe(false);
  isOffline = false;
  dispatchEvent(new Event("online"));
  await until(() => contexts[0]?.signal.aborted === true);
});

test("a route of one's own, as the seed has it, says no ids", async () => {
  serves = () =>
    new Response(
      [
        'chunk\ndata: {"content":"Hello"}',
        'message\ndata: {"id":"m","role":"assistant","content":"Hello"}',
        "message\ndata: null",
        "done\ndata: {}",
      ]
        .map((event) => `event: ${event}\n\n`)
        .join(""),
      { headers: { "content-type": "text/event-stream" } },
    );
  const { last } = probe({ resume: false });
  act(() => last().send("Hi"));
  await until(() => last().messages.length === 2);
  expect(said(last())).toEqual(["user: Hi", "assistant: Hello"]);
  await until(() => last().status === "ready");
});

test("the server's own words for a refusal are those of the error", async () => {
  serves = () =>
    new Response(JSON.stringify({ status: 403, code: "FORBIDDEN", detail: "Not yours" }), {
      ...{ status: 403, headers: { "content-type": "application/problem+json" } },
    });
  const heard: ChatStreamError[] = [];
  const { last } = probe({ resume: false, onError: (error) => heard.push(error) });
  act(() => last().send("Hi"));
  await until(() => last().status === "error");
  expect(last().error).toMatchObject({ code: "FORBIDDEN", message: "Not yours", cause: { status: 403 } });
  expect(heard).toEqual([last().error]);
});

test.each([
  [{ storge: "local" }, 'useChatStream has no option "storge": is it "storage"'],
  [{ storage: "session" }, "storage must be"],
  [{ also: { agent: "/x" } }, "agent"],
  [{ also: { agents: 5 } }, "also.agents must be"],
  [{ body: "q" }, "body must be an object"],
  [{ method: "PUT" }, "useChatStream decides about method itself"],
  [{ resume: "no" }, "resume must be true or false"],
  [{ initialMessages: {} }, "initialMessages must be a list"],
  [{ onMessage: 5 }, "onMessage must be a function"],
])("while an application is developed, a wrong option is named: %j", (options, message) => {
  const quiet = jest.spyOn(console, "error").mockImplementation(() => {});
  expect(() => probe(options as never)).toThrow(message);
  expect(() => probe({}, 5 as never)).toThrow("url must be a string");
  quiet.mockRestore();
});
