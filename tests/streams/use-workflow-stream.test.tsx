/** @jest-environment ./tests/js/react/page-environment.mjs */
// The hook against a real server in this process.
import { cleanup, render } from "@testing-library/react";
import { type UseWorkflowStreamOptions, useWorkflowStream, type WorkflowStream } from "../../js/src/react/index.js";
import { createHub, createWorkflowEmitter, type WorkflowEmitter } from "../../js/src/server/index.js";
import { reset } from "../../js/src/shared/reset.js";
import { until } from "../js/client/scripted-server.js";
import { type CorsServer, corsServer } from "../support/cors-server.js";

const ID = "wf_1";
const STARTED = { name: "build", totalSteps: 3 };
const FAST = { progressEveryMs: 5, logsEveryMs: 5, closeAfterMs: 5 };

let count = 0;
let emitter: WorkflowEmitter;
let server: CorsServer;
let url: string;
/** Requests that are answered 500. */
let broken: (headers: NodeJS.Dict<string | string[]>) => boolean;

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});

beforeEach(async () => {
  broken = () => false;
  emitter = createWorkflowEmitter(createHub({ name: `hook ${++count}` }), FAST);
  server = await corsServer((req, res) => {
    const id = decodeURIComponent(/[^/]+$/.exec(req.url?.split("?")[0] ?? "")?.[0] ?? "");
    if (broken(req.headers)) res.writeHead(500).end();
    else void emitter.attach(req, res, id, { authorize: () => true });
  });
  url = `${server.origin}/`;
});

afterEach(async () => {
  cleanup();
  reset();
  await server.close();
});

interface ProbeProps {
  readonly id: string | null;
  readonly options: UseWorkflowStreamOptions;
  readonly renders: WorkflowStream[];
}

function Probe({ id, options, renders }: ProbeProps): null {
  const address = (name: string) => url + encodeURIComponent(name);
  renders.push(useWorkflowStream(id, { url: address, retry: { baseMs: 1, maxMs: 1 }, ...options }));
  return null;
}

function probe(id: string | null = ID, options: UseWorkflowStreamOptions = {}) {
  const renders: WorkflowStream[] = [];
  const { unmount } = render(<Probe id={id} options={options} renders={renders} />);
  const last = () => renders.at(-1) as WorkflowStream;
  return { renders, unmount, last };
}

const agent = (agentName: string) => ({ agentName, agentRole: "developer", stepNumber: 1, prompt: "Fix" });

test("it shows the state, the agents and the logs, and follows them to the end", async () => {
  const heard: string[] = [];
  const view = probe(ID, { onEvent: (type) => heard.push(type) });
  expect(view.last()).toMatchObject({ workflow: null, agents: [], logs: [], isConnected: false, state: "connecting" });
  emitter.emit(ID, "workflow:started", STARTED);
  await until(() => view.last().workflow !== null);
  expect(view.last()).toMatchObject({ isConnected: true, isStreaming: true, notice: null, health: "healthy" });
  emitter.emit(ID, "agent:started", agent("ann"));
  emitter.emit(ID, "agent:progress", { agentName: "ann", message: "Compiling", level: "info" });
  emitter.emit(ID, "log:created", { level: "info", message: "a line" });
  await until(() => view.last().logs.length === 1 && view.last().agents[0]?.message === "Compiling");
  const before = view.last();
  emitter.emit(ID, "workflow:completed", { duration: 5, totalCost: 1, iterations: 1 });
  await until(() => view.last().completed);
  expect(view.last()).toMatchObject({ state: "disconnected", error: null, isConnected: false, notice: null });
  expect(view.last().workflow).toEqual(await emitter.getState(ID));
  expect(view.last().agents).toEqual(Object.values(before.workflow?.agents ?? {}));
  expect(before.workflow?.status).toBe("running"); // what was shown is never changed
  expect(heard.at(0)).toBe("workflow:state");
  expect(heard.at(-1)).toBe("workflow:closed");
});

test("components share a connection and what is known, also one that comes later", async () => {
  emitter.emit(ID, "workflow:started", STARTED);
  const first = probe();
  await until(() => first.last().workflow !== null);
  const second = probe();
  expect(second.renders[0]?.workflow).toBe(first.last().workflow);
  expect(emitter.getListenerCount(ID)).toBe(1);
  emitter.emit(ID, "workflow:running", { currentStep: 2 });
  await until(() => second.last().workflow?.currentStep === 2);
  first.unmount();
  const third = probe();
  expect(third.renders[0]?.workflow?.currentStep).toBe(2);
  second.unmount();
  third.unmount();
  await until(() => emitter.getListenerCount(ID) === 0);
  expect(first.renders.length).toBeLessThan(10);
});

test("one that takes the place of the last is shown what that knew", async () => {
  emitter.emit(ID, "workflow:started", STARTED);
  const first = probe();
  await until(() => first.last().workflow !== null);
  first.unmount();
  const second = probe();
  emitter.emit(ID, "workflow:running", { currentStep: 2 });
  await until(() => second.last().workflow?.currentStep === 2);
  expect(second.last().workflow?.name).toBe("build");
});

test("what was missed comes as a whole", async () => {
  emitter.emit(ID, "workflow:started", STARTED);
  const view = probe();
  await until(() => view.last().workflow !== null);
  broken = () => true;
  server.cut();
  await until(() => view.last().attempts > 0);
  for (let n = 1; n <= 600; n++) emitter.emit(ID, "workflow:running", { iterations: n });
  broken = () => false;
  await until(() => view.last().workflow?.iterations === 600);
  expect(view.last().workflow).toEqual(await emitter.getState(ID));
});

test("after five attempts it polls, and says so", async () => {
  emitter.emit(ID, "workflow:started", STARTED);
  broken = ({ accept }) => !String(accept).startsWith("application/json");
  const view = probe(ID, { fallback: { afterAttempts: 5, everyMs: 5 } });
  await until(() => view.last().transport === "polling" && view.last().workflow !== null);
  expect(view.last()).toMatchObject({ isConnected: true, isStreaming: false, workflow: { name: "build" } });
  expect(view.last().notice).toMatch(/Live updates/);
  emitter.emit(ID, "workflow:running", { currentStep: 2 });
  emitter.emit(ID, "log:created", { level: "info", message: "a line" });
  await until(() => view.last().workflow?.currentStep === 2 && view.last().logs.length === 1);
  broken = () => false;
  view.last().reconnect();
  await until(() => view.last().isStreaming);
  expect(view.last()).toMatchObject({ attempts: 0, notice: null });
});

test("commands are answered, to who asks and in an event", async () => {
  emitter.emit(ID, "workflow:started", STARTED);
  emitter.onCommand(ID, (command) => (command === "pause" ? true : "Not now"));
  const heard: unknown[] = [];
  const view = probe(ID, { onEvent: (type, data) => type.startsWith("command:") && heard.push(data) });
  await until(() => view.last().workflow !== null);
  expect(await view.last().command("pause")).toEqual({ isAccepted: true });
  expect(await view.last().command("fly", { to: "the moon" })).toEqual({ isAccepted: false, reason: "Not now" });
  await until(() => heard.length === 2);
  expect(heard).toMatchObject([{ command: "pause" }, { command: "fly", reason: "Not now" }]);
  server.cut();
  broken = () => true;
  expect((await view.last().command("pause")).isAccepted).toBe(false);
});

test("an unknown workflow is an error, and no workflow is none", async () => {
  const none = probe(null);
  expect(none.last()).toMatchObject({ state: "disconnected", workflow: null });
  expect(await none.last().command("pause")).toEqual({ isAccepted: false, reason: "There is no workflow" });
  const errors: string[] = [];
  const view = probe("unknown", { onError: ({ code }) => errors.push(code) });
  await until(() => view.last().state === "error");
  expect(view.last().error).toMatchObject({ code: "BAD_RESPONSE", status: 404, problem: { code: "NO_SUCH_CHANNEL" } });
  expect(errors).toEqual(["BAD_RESPONSE"]);
});

test("a callback that throws disturbs nobody", async () => {
  const thrown = new Error("of a callback");
  const rethrown: unknown[] = [];
  const { setTimeout: real } = globalThis;
  globalThis.setTimeout = ((run: () => void, ...rest: []) =>
    real(
      () => {
        try {
          run();
        } catch (error) {
          rethrown.push(error);
        }
      },
      ...rest,
    )) as never;
  try {
    emitter.emit(ID, "workflow:started", STARTED);
    const bad = probe(ID, {
      onEvent: () => {
        throw thrown;
      },
    });
    const heard: string[] = [];
    const good = probe(ID, { onEvent: (type) => heard.push(type) });
    await until(() => good.last().workflow !== null && bad.last().workflow !== null);
    emitter.emit(ID, "workflow:running", { currentStep: 1 });
    await until(() => heard.includes("workflow:running"));
    await until(() => rethrown.includes(thrown));
  } finally {
    globalThis.setTimeout = real;
  }
});
