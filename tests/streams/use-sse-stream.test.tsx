/** @jest-environment ./tests/js/react/page-environment.mjs */
// The hook of answers against a real server in this process.
import { cleanup, render, screen } from "@testing-library/react";
import {
  type SSEStreamResult,
  StreamDebugPanel,
  StreamStatus,
  type UseSSEStreamOptions,
  useSSEStream,
} from "../../js/src/react/index.js";
import { type AnswerStreamOptions, createAnswerStream, createHub } from "../../js/src/server/index.js";
import { reset } from "../../js/src/shared/reset.js";
import { serve, type TestServer } from "../addon/serve.js";
import { until } from "../js/client/scripted-server.js";

let count = 0;
let server: TestServer;
let url: string;
let answers: Omit<AnswerStreamOptions, "request">;
let isBroken = false;
const asked: URL[] = [];

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});

beforeEach(async () => {
  isBroken = false;
  asked.length = 0;
  const hub = createHub({ name: `answer hook ${++count}` });
  hub.on("error", () => {});
  server = await serve(async (request) => {
    asked.push(new URL(request.url));
    const answer = isBroken
      ? new Response(null, { status: 503 })
      : await createAnswerStream({ hub, request, ...answers });
    answer.headers.set("Access-Control-Allow-Origin", "*");
    answer.headers.set("Access-Control-Expose-Headers", "*");
    return answer;
  });
  url = `${server.url}/stream/search`;
});

afterEach(async () => {
  cleanup();
  reset();
  await server.close();
});

interface ProbeProps {
  readonly options: Partial<UseSSEStreamOptions>;
  readonly renders: SSEStreamResult[];
}

function Probe({ options, renders }: ProbeProps) {
  const stream = useSSEStream({ query: "Why?", url, reconnectDelayMs: 1, ...options });
  renders.push(stream);
  return (
    <>
      <StreamStatus stream={stream} />
      <StreamDebugPanel stream={stream} />
    </>
  );
}

function probe(options: Partial<UseSSEStreamOptions> = {}) {
  const renders: SSEStreamResult[] = [];
  const { unmount, rerender } = render(<Probe options={options} renders={renders} />);
  const show = (options: Partial<UseSSEStreamOptions>) => rerender(<Probe options={options} renders={renders} />);
  return { renders, unmount, show, last: () => renders.at(-1) as SSEStreamResult };
}

/** A source that waits in between. */
function steps(...texts: string[]) {
  const goOn: (() => void)[] = [];
  let calls = 0;
  async function* source() {
    calls++;
    for (const text of texts) {
      yield text;
      await new Promise<void>((resolve) => goOn.push(resolve));
    }
  }
  return {
    source,
    calls: () => calls,
    next: async () => {
      await until(() => goOn.length > 0);
      goOn.shift()?.();
    },
  };
}

test("it asks when it is started, and tells what comes, to the end", async () => {
  answers = {
    source: async function* ({ query }) {
      yield `${query} `;
      yield { text: "Because.", sources: ["a"] };
    },
  };
  const heard: unknown[] = [];
  const view = probe({
    onContent: (content) => heard.push(content),
    onComplete: ({ reason, sources }) => heard.push([reason, sources]),
    onError: (message) => heard.push(message),
  });
  expect(view.last()).toMatchObject({ isConnected: false, state: "disconnected", content: "" });
  expect(screen.getByRole("status").textContent).toBe("Disconnected");
  view.last().start();
  await until(() => view.last().completed);
  expect(view.last()).toMatchObject({
    ...{ content: "Why? Because.", state: "disconnected", error: null, failure: null, notice: null },
    ...{ completion: { reason: "completed", sources: ["a"] }, traceId: expect.stringMatching(/^[\da-f]{32}$/) },
  });
  expect(heard).toEqual(["Why? ", "Because.", ["completed", ["a"]]]);
  expect(asked.map(({ searchParams }) => searchParams.get("query"))).toEqual(["Why?"]);
  expect(screen.getByText(view.last().traceId as string)).toBeTruthy();
  view.last().start();
  await until(() => heard.length === 6 && view.last().content === "Why? Because.");
});

test("cut, it goes on where it was, and repeats nothing", async () => {
  const { source, next, calls } = steps("one ", "two ", "three");
  answers = { source };
  const heard: string[] = [];
  const view = probe({ autoStart: true, onContent: (content) => heard.push(content) });
  await until(() => view.last().content === "one ");
  isBroken = true;
  server.cut();
  await until(() => view.last().isReconnecting);
  expect(screen.getByRole("status").textContent).toBe("Reconnecting");
  await next();
  isBroken = false;
  await until(() => view.last().content === "one two ");
  expect(view.last()).toMatchObject({ isConnected: true, isReconnecting: false });
  await next();
  await until(() => view.last().content === "one two three");
  await next();
  await until(() => view.last().completed);
  expect([heard, calls()]).toEqual([["one ", "two ", "three"], 1]);
  expect(new Set(asked.map(({ searchParams }) => searchParams.get("stream_id"))).size).toBe(1);
});

test("a cap is an end and no error", async () => {
  const { source } = steps("one");
  answers = { source, maxSeconds: 0.1 };
  const errors: unknown[] = [];
  const view = probe({ autoStart: true, onError: (message) => errors.push(message) });
  await until(() => view.last().completed);
  expect(view.last()).toMatchObject({ content: "one", completion: { reason: "duration_cap", duration: 0.1 } });
  expect(errors).toEqual([]);
});

test("heartbeats are told, and shown", async () => {
  const { source } = steps("one");
  answers = { source, heartbeatSeconds: 0.01 };
  let beats = 0;
  const view = probe({ autoStart: true, onHeartbeat: () => void beats++ });
  await until(() => (view.last().heartbeat?.heartbeat_count ?? 0) > 2 && beats > 2);
  expect(view.last().heartbeat).toMatchObject({ total_chunks: 1, max_duration: 60 });
});

test("a source that fails, and a server that is away for good, are errors", async () => {
  answers = {
    source: () => {
      throw new Error("secret");
    },
  };
  const errors: string[] = [];
  const view = probe({ autoStart: true, onError: (message) => errors.push(message) });
  await until(() => view.last().failure !== null && view.last().completed);
  expect(errors).toEqual(["The answer could not be completed"]);
  isBroken = true;
  view.last().start();
  await until(() => view.last().state === "error");
  expect(view.last().reconnectAttempts).toBe(4);
  expect(errors).toHaveLength(2);
  answers = { source: () => ["again"] };
  isBroken = false;
  view.last().reconnect();
  await until(() => view.last().completed);
  expect(view.last().content).toBe("again");
});

test("stopped, it keeps what has come, and hears no more", async () => {
  const { source, next } = steps("one ", "two");
  answers = { source };
  const view = probe({ autoStart: true });
  await until(() => view.last().content === "one ");
  view.last().stop();
  await until(() => view.last().state === "disconnected");
  await next();
  expect(view.last()).toMatchObject({ content: "one ", completed: false, isConnected: false });
  view.unmount();
});

test.each([
  [{ isConnected: true, isReconnecting: false, state: "connected" }, "Connected", "#15803d"],
  [{ isConnected: false, isReconnecting: false, state: "connecting" }, "Connecting", "#a16207"],
  [{ isConnected: false, isReconnecting: true, state: "reconnecting" }, "Reconnecting", "#c2410c"],
  [{ isConnected: false, isReconnecting: false, state: "error" }, "Disconnected", "#6b7280"],
] as const)("the status of %j", (stream, text, colour) => {
  render(<StreamStatus stream={stream} />);
  const status = screen.getByRole("status");
  expect(status.textContent).toBe(text);
  const [, red, green, blue] =
    /(\d+), (\d+), (\d+)/.exec((status.firstElementChild as HTMLElement).style.background) ?? [];
  expect([red, green, blue].map((part) => Number(part).toString(16).padStart(2, "0")).join("")).toBe(colour.slice(1));
});

test("another URL counts from the next question on", async () => {
  const { source, next, calls } = steps("one ", "two");
  answers = { source };
  const view = probe({ autoStart: true });
  await until(() => view.last().content === "one ");
  view.show({ autoStart: true, url: `${url}?kind=other` });
  await next();
  await until(() => view.last().content === "one two");
  view.last().stop();
  view.show({ autoStart: true, url: `${url}?kind=third` });
  await until(() => !view.last().isConnected);
  expect([view.last().content, calls(), asked.length]).toEqual(["one two", 1, 1]);
  view.last().start();
  await until(() => asked.length === 2);
  expect(asked[1]?.searchParams.get("kind")).toBe("third");
});
