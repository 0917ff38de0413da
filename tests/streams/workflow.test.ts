// Workflows: the state, the events that change it, logs, budgets, the end, and what is refused.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mergePatch } from "../../js/src/client/index.js";
import {
  createHub,
  createWorkflowEmitter,
  type WorkflowEvent,
  type WorkflowOptions,
} from "../../js/src/server/index.js";
import { changeOf } from "../../js/src/shared/workflow/change-of.js";
import { until } from "../addon/listening.js";
import { StreamReader } from "../addon/reading.js";

let count = 0;
const ID = "wf_abc123";
const STARTED = { name: "build", totalSteps: 3, budgetLimit: 100 };
const FAST = { progressEveryMs: 20, logsEveryMs: 20, closeAfterMs: 10 };

function emitterWith(options: WorkflowOptions = {}) {
  return createWorkflowEmitter(createHub({ name: `workflows ${++count}` }), { ...FAST, ...options });
}
type Emitter = ReturnType<typeof emitterWith>;

const request = (headers: Record<string, string> = {}, more: RequestInit = {}) =>
  new Request("http://host/api/workflows/wf/stream", { headers, ...more });

async function following(emitter: Emitter, headers = {}, options = {}): Promise<StreamReader> {
  const response = await emitter.response(request(headers), ID, options);
  expect(response.status).toBe(200);
  return new StreamReader(response.body as ReadableStream<Uint8Array>);
}

const agent = (agentName: string, stepNumber = 1) => ({ agentName, agentRole: "developer", stepNumber, prompt: "Fix" });

/** What a page makes of the events that it gets. */
function stateOf({ items }: StreamReader): unknown {
  let state: unknown = null;
  for (const item of items) {
    if (item.kind !== "event") continue;
    const data = JSON.parse(item.data) as object;
    if (item.type === "workflow:state") state = data;
    const change = changeOf(ID, item.type, data);
    if (change !== undefined) state = mergePatch(change.isWhole ? {} : state, change.patch);
  }
  return state;
}

test("who connects gets a greeting, the state, the logs and the agents, and then what changes", async () => {
  const emitter = emitterWith();
  emitter.emit(ID, "workflow:started", STARTED);
  emitter.emit(ID, "agent:started", agent("ann"));
  for (let n = 1; n <= 60; n++) emitter.emit(ID, "log:created", { level: "info", message: `line ${n}` });
  emitter.hub.flush();
  const reader = await (await following(emitter)).untilEvents(52);
  expect(reader.raw).toMatch(/^: Connected to workflow wf_abc123\n\nevent: millrace\.begin\n/);
  const ann = { ...agent("ann"), status: "running" };
  const state = {
    ...{ iterations: 0, totalCost: 0, ...STARTED, workflowId: ID, status: "running" },
    ...{ agents: { ann }, currentAgent: "ann", currentStep: 1 },
  };
  expect(JSON.parse(reader.events[0]?.slice("workflow:state:".length) ?? "")).toEqual(state);
  expect(reader.events[1]).toBe(`agent:state:${JSON.stringify({ agents: { ann: state.agents.ann } })}`);
  const logs = reader.events.slice(2).map((event) => JSON.parse(event.slice("log:created:".length)));
  expect(logs.map(({ message }) => message)).toEqual(Array.from({ length: 50 }, (_, at) => `line ${at + 11}`));
  emitter.emit(ID, "workflow:running", { currentStep: 2, totalCost: 10 });
  await reader.untilEvents(53);
  expect(reader.events[52]).toBe('workflow:running:{"currentStep":2,"totalCost":10}');
  expect(stateOf(reader)).toEqual(await emitter.getState(ID));
  await reader.cancel();
});

test("given the whole state, what has changed is sent", async () => {
  const emitter = emitterWith();
  emitter.emit(ID, "workflow:started", STARTED);
  const reader = await (await following(emitter)).untilEvents(2);
  const state = await emitter.getState(ID);
  emitter.emit(ID, "workflow:state", { ...(state as object), currentStep: 2 } as never);
  await reader.untilEvents(3);
  expect(reader.events[2]).toBe('workflow:running:{"currentStep":2}');
  expect(emitter.emit(ID, "workflow:state", { ...(state as object), currentStep: 2 } as never)).toBeNull();
  await reader.cancel();
});

test("several agents at once, and a page that sees the same as the server", async () => {
  const emitter = emitterWith({ progressEveryMs: 60_000 });
  emitter.emit(ID, "workflow:started", STARTED);
  const reader = await (await following(emitter)).untilEvents(2);
  const names = Array.from({ length: 20 }, (_, at) => `agent ${at}`).concat("__proto__", "constructor");
  for (const name of names) emitter.emit(ID, "agent:started", agent(name));
  for (let round = 0; round < 50; round++) {
    for (const agentName of names) {
      emitter.emit(ID, "agent:progress", { agentName, message: `round ${round}`, level: "info" });
    }
  }
  for (const agentName of names.slice(0, 10)) {
    emitter.emit(ID, "agent:completed", { agentName, stepNumber: 1, duration: 5, cost: 1, output: "done" });
  }
  emitter.emit(ID, "agent:failed", { agentName: "__proto__", stepNumber: 1, error: "Broken" });
  emitter.emit(ID, "agent:started", agent("agent 3", 2));
  emitter.emit(ID, "workflow:completed", { duration: 45000, totalCost: 50, iterations: 2 });
  await reader.toEnd();
  const progress = reader.events.filter((event) => event.startsWith("agent:progress"));
  expect(progress.length).toBe(2 * names.length); // the first of each, and the newest
  expect(stateOf(reader)).toEqual(await emitter.getState(ID));
  const agents = (await emitter.getState(ID))?.agents ?? {};
  expect(Object.keys(agents).length).toBe(names.length);
  expect(agents["agent 3"]).toEqual({ ...agent("agent 3", 2), status: "running", message: "round 49", level: "info" });
});

test("its streams end after it, and who comes later is sent the state and the end", async () => {
  const emitter = emitterWith();
  emitter.emit(ID, "workflow:started", STARTED);
  const reader = await (await following(emitter)).untilEvents(2);
  emitter.emit(ID, "workflow:completed", { duration: 45000, totalCost: 50, iterations: 2 });
  await reader.toEnd();
  expect(reader.events.slice(-2)).toEqual([
    'workflow:completed:{"duration":45000,"totalCost":50,"iterations":2}',
    'workflow:closed:{"status":"completed"}',
  ]);
  expect(reader.raw).toMatch(/event: millrace\.end\ndata: {"reason":"completed","reconnect":false}\n\n$/);
  const again = await emitter.response(request({ "Last-Event-ID": reader.lastEventId }), ID);
  expect(again.status).toBe(204);
  const late = await (await following(emitter)).toEnd();
  expect(late.events.map((event) => /^[a-z]+:[a-z]+/.exec(event)?.[0])).toEqual([
    ...["workflow:state", "agent:state", "workflow:closed"],
  ]);
  expect(stateOf(late)).toMatchObject({ status: "completed", duration: 45000 });
});

test("whatever comes after the end, and however late, a stream of it ends", async () => {
  const emitter = emitterWith();
  emitter.emit(ID, "workflow:started", STARTED);
  emitter.emit(ID, "workflow:failed", { error: "Broken" });
  await (await following(emitter)).toEnd();
  const post = request({ host: "host" }, { method: "POST", body: '{"command":"pause"}' });
  expect((await emitter.response(post, ID)).status).toBe(409);
  emitter.emit(ID, "budget:warning", { currentCost: 1, budgetLimit: 1, percentageUsed: 100 });
  for (let late = 0; late < 3; late++) {
    const reader = await (await following(emitter)).toEnd();
    expect(reader.events.at(-1)).toBe('workflow:closed:{"status":"failed"}');
  }
});

test("where a policy keeps no history, or refuses, a stream ends all the same", async () => {
  const rate = { perSecond: 20, burst: 2, buffer: { events: 0 }, overflow: "refuse" } as const;
  for (const policy of [{ history: { events: 0 } }, { rate }]) {
    const hub = createHub({ name: `workflows ${++count}`, policies: [{ match: "workflow:**", ...policy }] });
    hub.on("error", () => {});
    const emitter = createWorkflowEmitter(hub, FAST);
    emitter.emit(ID, "workflow:started", { ...STARTED, budgetLimit: 1 });
    const reader = await following(emitter);
    emitter.emit(ID, "workflow:completed", { duration: 1, totalCost: 0, iterations: 1 });
    await reader.toEnd();
    expect(await emitter.getActiveWorkflows()).toEqual([]);
    await (await following(emitter)).toEnd();
  }
});

test("a workflow that runs again is a new one", async () => {
  const emitter = emitterWith();
  emitter.emit(ID, "workflow:started", STARTED);
  emitter.emit(ID, "agent:started", agent("ann"));
  await (async () => {
    const reader = await following(emitter);
    emitter.emit(ID, "workflow:failed", { error: "Broken" });
    await reader.toEnd();
  })();
  expect(await emitter.getActiveWorkflows()).toEqual([]);
  emitter.emit(ID, "workflow:started", { name: "again", totalSteps: 1 });
  expect(await emitter.getActiveWorkflows()).toEqual([ID]);
  const reader = await (await following(emitter)).untilEvents(2);
  expect(stateOf(reader)).toEqual({
    ...{ workflowId: ID, name: "again", status: "running", totalSteps: 1, iterations: 0, totalCost: 0, agents: {} },
  });
  emitter.emit(ID, "workflow:running", { currentStep: 1 });
  await reader.untilEvents(3);
  await reader.cancel();
});

test("budgets are told once each", async () => {
  const emitter = emitterWith();
  const heard: WorkflowEvent[] = [];
  emitter.subscribe(ID, (event) => heard.push(event));
  const budget = () => heard.filter(({ type }) => type.startsWith("budget:"));
  emitter.emit(ID, "workflow:started", STARTED);
  for (const totalCost of [79, 80, 85, 99, 100, 120]) emitter.emit(ID, "workflow:running", { totalCost });
  emitter.emit(ID, "workflow:running", { currentStep: 3 });
  await until(() => heard.length === 10);
  expect(budget()).toEqual([
    { type: "budget:warning", data: { currentCost: 80, budgetLimit: 100, percentageUsed: 80 } },
    { type: "budget:exceeded", data: { currentCost: 100, budgetLimit: 100, percentageUsed: 100 } },
  ]);
  emitter.emit(ID, "workflow:started", STARTED);
  emitter.emit(ID, "workflow:running", { totalCost: 250 });
  await until(() => budget().length === 4);
});

test("log records leave together, each as it is", async () => {
  const emitter = emitterWith({ logsEveryMs: 50 });
  emitter.emit(ID, "workflow:started", STARTED);
  const reader = await (await following(emitter)).untilEvents(2);
  const at = new Date(0);
  for (let n = 1; n <= 500; n++) emitter.emit(ID, "log:created", { level: "warn", message: `${n}`, timestamp: at });
  await reader.untilEvents(502);
  const logs = reader.events.slice(2).map((event) => JSON.parse(event.slice("log:created:".length)));
  expect(logs).toEqual(
    Array.from({ length: 500 }, (_, n) => ({ level: "warn", message: `${n + 1}`, timestamp: at.toISOString() })),
  );
  await reader.cancel();
});

test("who missed something gets the state again", async () => {
  const emitter = emitterWith();
  emitter.emit(ID, "workflow:started", STARTED);
  const reader = await (await following(emitter)).untilEvents(2);
  await reader.cancel();
  for (let n = 1; n <= 600; n++) emitter.emit(ID, "workflow:running", { iterations: n });
  const again = await following(emitter, { "Last-Event-ID": reader.lastEventId });
  await again.untilEvents(2);
  expect(again.events[0]).toBe('millrace.resume:{"verdict":"gap"}');
  expect(stateOf(again)).toEqual(await emitter.getState(ID));
  await again.cancel();
});

test("an unknown workflow is a 404 before any stream", async () => {
  const emitter = emitterWith();
  const response = await emitter.response(request(), "nothing");
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ code: "NO_SUCH_CHANNEL", status: 404 });
  expect(emitter.hub.stats().channels).toBe(0);
  const asked: string[] = [];
  const own = emitterWith({ exists: async (id) => asked.push(id) > 0 && id === ID });
  expect((await own.response(request(), "other")).status).toBe(404);
  const reader = await following(own);
  expect(asked).toEqual(["other", ID]);
  await reader.cancel();
});

test("listeners hear everything, and one that throws disturbs nobody", async () => {
  const emitter = emitterWith();
  const errors: unknown[] = [];
  emitter.hub.on("error", ({ error }) => errors.push(error));
  const heard: string[] = [];
  emitter.subscribe(ID, () => {
    throw new Error("of a listener");
  });
  const end = emitter.subscribe(ID, ({ type }) => void heard.push(type));
  expect(emitter.getListenerCount(ID)).toBe(2);
  emitter.emit(ID, "workflow:started", STARTED);
  emitter.emit(ID, "log:created", { level: "info", message: "a line" });
  await until(() => heard.length === 2);
  expect(new Set(heard)).toEqual(new Set(["workflow:started", "log:created"]));
  await until(() => errors.length === 2);
  const reader = await (await following(emitter)).untilEvents(3);
  expect(emitter.getListenerCount(ID)).toBe(3);
  await reader.cancel();
  end();
  end();
  await until(() => emitter.getListenerCount(ID) === 1);
});

test.each([
  ["agent:progress", { agentName: "a", message: "m", level: "loud" }, "level must be one of info, warn, error"],
  ["agent:progress", { agentName: "a", level: "info" }, "message must be a text"],
  ["agent:started", { ...agent("a"), stepNumber: "1" }, "stepNumber must be a number"],
  ["workflow:started", null, "the data must be an object"],
  ["workflow:started", { name: "n", totalSteps: Number.NaN }, "totalSteps must be a number"],
  ["workflow:running", { currentStep: "two" }, "currentStep must be a number"],
  ["workflow:running", [], "the data must be an object"],
  ["workflow:state", { workflowId: ID }, "name must be a text"],
  ["log:created", { level: "info", message: "m", timestamp: "yesterday" }, "timestamp must be a time"],
  ["log:created", { level: "info", message: 5 }, "message must be a text"],
])("%s with wrong data is refused, and nothing changes (%#)", async (type, data, reason) => {
  const emitter = emitterWith();
  emitter.emit(ID, "workflow:started", STARTED);
  const before = await emitter.getState(ID);
  expect(() => emitter.emit(ID, type as never, data as never)).toThrow(
    expect.objectContaining({ code: "INVALID_DATA", message: expect.stringContaining(`${type}: ${reason}`) }),
  );
  expect(await emitter.getState(ID)).toEqual(before);
});

test("a misspelt option lets nobody in, and an id that none can have is answered", async () => {
  const emitter = emitterWith();
  emitter.emit(ID, "workflow:started", STARTED);
  let asked = 0;
  emitter.onCommand(() => void asked++);
  const wrong = { authorise: () => false, greeting: "hello" } as never;
  const post = () => request({ host: "host" }, { method: "POST", body: '{"command":"drop"}' });
  await expect(emitter.response(post(), ID, wrong)).rejects.toThrow(/authorise.*authorize/);
  await expect(emitter.response(request(), ID, wrong)).rejects.toThrow(/authorise/);
  const server = createServer((req, res) => {
    const { searchParams } = new URL(req.url ?? "", "http://host");
    const options = searchParams.has("wrong") ? wrong : {};
    void emitter.attach(req, res, searchParams.get("id") as string, options);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const body = '{"command":"drop"}';
  const statusOf = async (query: string, more: RequestInit = {}) => (await fetch(url + query, more)).status;
  expect(await statusOf("")).toBe(404);
  expect(await statusOf("?id=")).toBe(404);
  expect(await statusOf("?id=", { method: "POST", body })).toBe(404);
  emitter.hub.on("error", () => {});
  expect(await statusOf(`?id=${ID}&wrong`, { method: "POST", body })).toBe(500);
  expect(await statusOf(`?id=${ID}`, { method: "PUT", body })).toBe(400);
  expect((await emitter.response(request(), "\ud800")).status).toBe(404);
  expect(asked).toBe(0);
  await new Promise((resolve) => server.close(resolve));
});

test("unknown types and options are named", () => {
  const emitter = emitterWith();
  expect(() => emitter.emit(ID, "agent:stopped" as never, {} as never)).toThrow(/type cannot be .*agent:started/);
  expect(() => emitter.emit("", "workflow:started", STARTED)).toThrow(TypeError);
  expect(() => createWorkflowEmitter(emitter.hub, { closeAfter: 1 } as never)).toThrow(/closeAfterMs/);
  for (const closeAfterMs of [2 ** 31, -1, Number.NaN]) {
    expect(() => createWorkflowEmitter(emitter.hub, { closeAfterMs })).toThrow(/closeAfterMs/);
  }
  expect(() => createWorkflowEmitter({} as never)).toThrow(/hub must be a hub/);
});

describe("commands", () => {
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    request({ host: "host", ...headers }, { method: "POST", body: JSON.stringify(body) });

  test("reach the handler, and all are told what became of them", async () => {
    const emitter = emitterWith();
    emitter.emit(ID, "workflow:started", STARTED);
    const seen: unknown[] = [];
    emitter.onCommand(ID, (command, { data, userId, workflowId }) => {
      seen.push([command, data, userId, workflowId]);
      return command === "pause" ? undefined : `There is no ${command}`;
    });
    const reader = await (await following(emitter)).untilEvents(2);
    const accepted = await emitter.response(post({ command: "pause", commandId: "1", data: { n: 1 } }), ID, {
      authorize: () => ({ userId: "ann" }),
    });
    expect([accepted.status, await accepted.json()]).toEqual([202, { command: "pause", commandId: "1" }]);
    const refused = await emitter.response(post({ command: "fly", commandId: "2" }), ID);
    expect(refused.status).toBe(409);
    await reader.untilEvents(4);
    expect(reader.events.slice(2)).toEqual([
      'command:accepted:{"command":"pause","commandId":"1"}',
      'command:refused:{"command":"fly","commandId":"2","reason":"There is no fly"}',
    ]);
    expect(seen).toEqual([
      ["pause", { n: 1 }, "ann", ID],
      ["fly", undefined, undefined, ID],
    ]);
    await reader.cancel();
  });

  test("are refused where nobody takes them, a handler throws, or none answers in time", async () => {
    const emitter = emitterWith({ commandTimeoutMs: 20 });
    emitter.emit(ID, "workflow:started", STARTED);
    const errors: unknown[] = [];
    emitter.hub.on("error", ({ error }) => errors.push(error));
    const reasonOf = async () => (await (await emitter.response(post({ command: "x" }), ID)).json()).reason;
    expect(await reasonOf()).toMatch(/Nobody takes/);
    const end = emitter.onCommand(() => {
      throw new Error("secret");
    });
    expect(await reasonOf()).toBe("It has failed");
    expect(errors).toHaveLength(1);
    end();
    emitter.onCommand(() => new Promise(() => {}));
    expect(await reasonOf()).toBe("It took too long");
  });

  test.each([
    ["the page's own, as the browser says", { "sec-fetch-site": "same-origin" }, 202],
    ["another, as the browser says", { "sec-fetch-site": "cross-site", origin: "http://host" }, 403],
    ["a sister's", { "sec-fetch-site": "same-site" }, 403],
    ["its own, by Origin", { origin: "http://host" }, 202],
    ["another, by Origin", { origin: "http://evil" }, 403],
    ["an opaque one", { origin: "null" }, 403],
    ["its own, with the usual port", { origin: "http://host:80", host: "host" }, 202],
    ["its own, whose Host names the usual port", { origin: "http://host", host: "host:80" }, 202],
    ["another port", { origin: "http://host:81", host: "host" }, 403],
    ["one of the options", { origin: "https://app.example", "sec-fetch-site": "cross-site" }, 202],
    ["none: no browser", {}, 202],
    ["behind a proxy that is not trusted", { origin: "https://app.test", "x-forwarded-host": "app.test" }, 403],
  ])("of an origin that is %s", async (_, headers, status) => {
    const emitter = emitterWith({ origins: ["https://app.example"] });
    emitter.emit(ID, "workflow:started", STARTED);
    emitter.onCommand(() => true);
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    expect((await emitter.response(post({ command: "x" }, given as Record<string, string>), ID)).status).toBe(status);
  });

  test("of who may not are refused before the handler is asked", async () => {
    const emitter = emitterWith({ trustProxy: true });
    emitter.emit(ID, "workflow:started", STARTED);
    let asked = 0;
    emitter.onCommand(() => void asked++);
    const forbidden = await emitter.response(post({ command: "x" }), ID, { authorize: () => false });
    expect([forbidden.status, (await forbidden.json()).code]).toEqual([403, "FORBIDDEN"]);
    expect((await emitter.response(post({ command: "x" }), "other")).status).toBe(404);
    expect((await emitter.response(post({ command: 5 }), ID)).status).toBe(400);
    expect((await emitter.response(post({ command: "x".repeat(70_000) }), ID)).status).toBe(400);
    expect(asked).toBe(0);
    const proxied = { origin: "https://app.test", "x-forwarded-host": "app.test" };
    expect((await emitter.response(post({ command: "x" }, proxied), ID)).status).toBe(202);
  });

  test("and streams go by Node's request and response, too", async () => {
    const emitter = emitterWith();
    emitter.emit(ID, "workflow:started", STARTED);
    emitter.onCommand(ID, () => true);
    const server = createServer((req, res) => void emitter.attach(req, res, ID)).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const stream = await fetch(url);
    const reader = await new StreamReader(stream.body as ReadableStream<Uint8Array>).untilEvents(2);
    const answer = await fetch(url, { method: "POST", body: '{"command":"pause"}' });
    expect([answer.status, await answer.json()]).toEqual([202, { command: "pause", commandId: "" }]);
    await reader.untilEvents(3);
    emitter.emit(ID, "workflow:completed", { duration: 1, totalCost: 1, iterations: 1 });
    await reader.toEnd();
    await new Promise((resolve) => server.close(resolve));
  });
});

test("the state of a workflow that takes commands stays, however long nothing happens", async () => {
  const hub = createHub({ name: `workflows that wait ${Math.random()}`, limits: { channels: 3 } });
  const emitter = createWorkflowEmitter(hub, { idleTtlMs: 1 });
  const forget = emitter.onCommand("paused", () => true);
  emitter.emit("paused", "workflow:started", STARTED);
  emitter.emit("forgotten", "workflow:started", STARTED);
  /** What nobody has used for a while goes when another channel needs the room. */
  const makesRoom = (channel: string) => () => {
    try {
      hub.publish(channel, { event: "a", data: 1 });
      return true;
    } catch {
      return false;
    }
  };
  await until(makesRoom("other"));
  expect(await emitter.getState("forgotten")).toBeUndefined();
  expect(await emitter.getState("paused")).toMatchObject({ status: "running" });
  forget();
  await until(makesRoom("another"));
  await until(makesRoom("one more"));
  expect(await emitter.getState("paused")).toBeUndefined();
});
