/** @jest-environment ./tests/js/react/page-environment.mjs */
// The seeds' blocks that are programs run as they stand, but for their imports. Those that are none: 001's "Event Data Schemas" are types (workflowSchemas
// has them), "Log Limiting", "Automatic Cleanup" and 003's "Key Features" are pieces of what Millrace does itself, and 003's servers are Python.
import { jest } from "@jest/globals";
import { cleanup, render } from "@testing-library/react";
import * as React from "react";
import * as jsx from "react/jsx-runtime";
import * as hooks from "../../js/src/react/index.js";
import {
  attachAnswerStream,
  createHub,
  createLogEmitter,
  createWorkflowEmitter,
  type LogRecord,
  type WorkflowEvent,
} from "../../js/src/server/index.js";
import { reset } from "../../js/src/shared/reset.js";
import { until } from "../js/client/scripted-server.js";
import { blockWith, runBlock, runMethod } from "../seeds/blocks.js";
import { type CorsServer, corsServer } from "../support/cors-server.js";

const ID = "wf_abc123";
let count = 0;
let server: CorsServer;
let origin: string;
let workflowEmitter: ReturnType<typeof createWorkflowEmitter>;

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});

beforeEach(async () => {
  const hub = createHub({ name: `seeds ${++count}` });
  workflowEmitter = createWorkflowEmitter(hub, { progressEveryMs: 5, logsEveryMs: 5, closeAfterMs: 5 });
  server = await corsServer((req, res) => {
    if (!req.url?.startsWith("/stream/search")) return void workflowEmitter.attach(req, res, ID);
    const source = async function* ({
      query,
      maxTokens,
      temperature,
    }: {
      query: string;
      maxTokens: number;
      temperature: number;
    }) {
      yield `${query} `;
      yield { text: "A field.", sources: [{ maxTokens, temperature }] };
    };
    void attachAnswerStream(req, res, { hub, source, heartbeatSeconds: 0.005 });
  });
  origin = server.origin;
});

afterEach(async () => {
  cleanup();
  reset();
  await server.close();
});

/** The hooks with this server's address in place of the page's own. */
const useWorkflowStream: typeof hooks.useWorkflowStream = (id, options) =>
  hooks.useWorkflowStream(id, { url: `${origin}/`, ...options });
const useSSEStream: typeof hooks.useSSEStream = (options) =>
  hooks.useSSEStream({ url: `${origin}/stream/search`, ...options });

/** A component whose body is a block. */
function Running({ use }: { use: () => void }): null {
  use();
  return null;
}

test("000, Example Usage", async () => {
  const roomsService = createLogEmitter(createHub({ name: `seeds ${++count}` }), {
    policy: { rate: false, merge: false },
  });
  const records: LogRecord[] = [];
  const end = roomsService.subscribe("room-1", (record) => records.push(record));
  const warn = jest.spyOn(console, "warn");
  await runMethod(
    blockWith("000", "this.roomsService.emitLog"),
    { roomsService },
    {
      ...{ roomId: "room-1", userId: "user-1", input: "a haunted house", story: "Once upon a midnight dreary" },
      error: new Error("API rate limit exceeded"),
    },
  );
  await until(() => records.length === 3);
  end();
  const timestamp = expect.stringMatching(/^\d{4}-.*Z$/);
  const of = { agentType: "story", roomId: "room-1", timestamp };
  expect(records).toEqual([
    { ...of, level: "info", message: "Starting story generation", userId: "user-1", metadata: { inputLength: 15 } },
    { ...of, level: "success", message: "Story generation completed", duration: 2500, metadata: { storyLength: 27 } },
    {
      ...of,
      level: "error",
      message: "Story generation failed",
      error: "API rate limit exceeded",
      metadata: { retryCount: 2 },
    },
  ]);
  expect(warn).not.toHaveBeenCalled(); // none of them is vague
  warn.mockRestore();
});

test("001, WorkflowEventEmitter", async () => {
  workflowEmitter.emit(ID, "workflow:started", { name: "Fix the bug", totalSteps: 3 });
  const log = jest.spyOn(console, "log").mockImplementation(() => {});
  const heard: WorkflowEvent[] = [];
  workflowEmitter.subscribe(ID, (event) => heard.push(event));
  runBlock(
    blockWith("001", "// Subscribe to events"),
    { "./workflowEmitter": { workflowEmitter } },
    { workflowId: ID },
  );
  await until(() => heard.length === 1);
  expect(heard[0]).toEqual({
    type: "agent:started",
    data: { agentName: "agent-1", agentRole: "developer", stepNumber: 1, prompt: "Fix the bug..." },
  });
  expect(workflowEmitter.getListenerCount(ID)).toBe(1); // the block's own has gone
  log.mockRestore();
});

test("001, Event Throttling and Delta Updates", async () => {
  workflowEmitter.emit(ID, "workflow:started", { name: "Fix the bug", totalSteps: 3 });
  const throttle = (run: (message: string) => void) => run;
  const surroundings = { workflowEmitter, workflowId: ID, throttle, agent: { name: "agent-1" } };
  const { emitProgress } = runBlock(blockWith("001", "const emitProgress = throttle"), {}, surroundings, [
    "emitProgress",
  ]);
  (emitProgress as (message: string) => void)("Reading");
  runBlock(blockWith("001", "// Instead of sending full workflow object"), {}, surroundings);
  expect(await workflowEmitter.getState(ID)).toMatchObject({
    ...{ currentAgent: "agent-2", currentStep: 2, totalCost: 150 },
    agents: { "agent-1": { message: "Reading", level: "info" } },
  });
});

test("001, Monitoring", async () => {
  workflowEmitter.emit(ID, "workflow:started", { name: "Fix the bug", totalSteps: 3 });
  const log = jest.spyOn(console, "log").mockImplementation(() => {});
  runBlock(blockWith("001", "getListenerCount('wf_abc123')"), {}, { workflowEmitter });
  const [[active], [listeners]] = log.mock.calls as [[Promise<string[]>], [number]];
  expect([await active, listeners]).toEqual([[ID], 0]);
  log.mockRestore();
});

test("001, useWorkflowStream", async () => {
  const toasts: string[] = [];
  // The block does not export what it declares.
  const { WorkflowComponent } = runBlock(
    blockWith("001", "function WorkflowComponent"),
    { "@/hooks/useWorkflowStream": { useWorkflowStream }, "react/jsx-runtime": jsx },
    { toast: { success: (text: string) => toasts.push(text) } },
    ["WorkflowComponent"],
  );
  workflowEmitter.emit(ID, "workflow:started", { name: "Fix the bug", totalSteps: 3 });
  const page = render(React.createElement(WorkflowComponent as React.FC<{ workflowId: string }>, { workflowId: ID }));
  await until(() => page.container.textContent?.includes("Fix the bugStatus: running") === true);
  workflowEmitter.emit(ID, "workflow:completed", { duration: 45000, totalCost: 150, iterations: 1 });
  await until(() => toasts.length === 1 && page.container.textContent?.includes("completed") === true);
  expect(toasts).toEqual(["Workflow completed!"]);
});

test("001, Troubleshooting: what happens is told, and cleaned up", async () => {
  const log = jest.spyOn(console, "log").mockImplementation(() => {});
  workflowEmitter.emit(ID, "workflow:started", { name: "Fix the bug", totalSteps: 3 });
  const surroundings = { useWorkflowStream, workflowId: ID, useEffect: React.useEffect };
  const { unmount } = render(
    <Running
      use={() => {
        runBlock(blockWith("001", "'[SSE Event]'"), {}, surroundings);
        runBlock(blockWith("001", "This should run on unmount"), {}, surroundings);
      }}
    />,
  );
  await until(() => log.mock.calls.length > 0);
  expect(log.mock.calls[0]?.slice(0, 2)).toEqual(["[SSE Event]", "workflow:state"]);
  unmount();
  expect(log.mock.calls.at(-1)).toEqual(["Cleaning up SSE connection"]);
  await until(() => workflowEmitter.getListenerCount(ID) === 0);
  log.mockRestore();
});

test("003, Frontend SSE Usage", async () => {
  const seen = { answer: "", sources: undefined as unknown, heartbeat: undefined as unknown, errors: [] as unknown[] };
  let stream: ReturnType<typeof useSSEStream> | undefined;
  const code = blockWith("003", 'query: "What is machine learning?"');
  const surroundings = {
    useSSEStream,
    setAnswer(change: (before: string) => string) {
      seen.answer = change(seen.answer);
    },
    setSources(sources: unknown) {
      seen.sources = sources;
    },
    setError: (error: unknown) => seen.errors.push(error),
    setHeartbeatData(data: unknown) {
      seen.heartbeat = data;
    },
  };
  const use = () => {
    stream = runBlock(code, {}, surroundings, ["start", "stop", "isConnected", "traceId"]) as unknown as typeof stream;
  };
  render(<Running use={use} />);
  stream?.start();
  await until(() => seen.sources !== undefined);
  expect(seen.answer).toBe("What is machine learning? A field.");
  expect(seen.sources).toEqual([{ maxTokens: 1000, temperature: 0.2 }]);
  expect(seen.errors).toEqual([]);
  await until(() => stream?.traceId != null);
});
