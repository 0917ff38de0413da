// The agents of a session: what the server tells of them.
import {
  type AgentEvent,
  agentSchemas,
  createAgentNetwork,
  createHub,
  type Hub,
  readEventStream,
} from "../../js/src/server/index.js";
import { until } from "../addon/listening.js";

let count = 0;
let hub: Hub;
let agents: ReturnType<typeof createAgentNetwork>;

beforeEach(() => {
  hub = createHub({ name: `agents ${++count}` });
  hub.on("error", () => {});
  agents = createAgentNetwork(hub);
});

afterEach(() => hub.drain({ withinMs: 0 }));

type Route = "all" | "network" | "research";
type Seen = [type: string, data: Record<string, unknown>];

/** A stream of a session, and what has come of it so far. */
async function follow(route: Route, headers: Record<string, string> = {}) {
  const request = new Request("http://localhost/x", { headers });
  const response = await agents[route].GET(request, { params: Promise.resolve({ session_id: "s1" }) });
  const seen: Seen[] = [];
  const ids: string[] = [];
  const done = (async () => {
    for await (const { type, data, id } of readEventStream(response.body)) {
      seen.push([type, JSON.parse(data)]);
      ids.push(id);
    }
  })();
  return { response, seen, ids, done, types: () => seen.map(([type]) => type) };
}

const NETWORK = {
  agents: { plan: { status: "idle", name: "Planner" }, read: { status: "idle" } },
  connections: [{ from: "plan", to: "read", kind: "asks" }],
};
const emitAll = (...events: AgentEvent[]) => events.map((event) => agents.emit("s1", event));

test("who connects is told of that, then of the whole network, then of what changes", async () => {
  emitAll({ type: "agent_network_snapshot", data: NETWORK });
  const { seen, types } = await follow("network");
  emitAll(
    { type: "agent_start", data: { agent: "plan", task: "Think" } },
    { type: "agent_network_update", data: { agents: { plan: { progress: 0.5 }, read: null } } },
    { type: "agent_complete", data: { agent: "plan", result: "done", performance: { tokens: 5 } } },
    { type: "agent_network_connection", data: { status: "busy" } },
  );
  await until(() => types().length === 6);
  expect(types()).toEqual([
    ...["agent_network_connection", "agent_network_snapshot", "agent_start", "agent_network_update"],
    ...["agent_complete", "agent_network_connection"],
  ]);
  expect(seen[0]?.[1]).toEqual({ status: "connected", session_id: "s1" });
  expect(seen[1]?.[1]).toEqual(NETWORK);
  const created_at = expect.any(Number);
  expect(seen[2]?.[1]).toEqual({ agent: "plan", task: "Think", session_id: "s1", created_at });
  expect(await agents.getState("s1")).toEqual({
    agents: { plan: { status: "done", name: "Planner", task: "Think", result: "done", performance: { tokens: 5 } } },
    connections: NETWORK.connections,
  });
  const late = await follow("network");
  await until(() => late.seen.length === 2);
  expect(late.seen.map(([type]) => type)).toEqual(["agent_network_connection", "agent_network_snapshot"]);
  expect(late.seen[1]?.[1]).toEqual(await agents.getState("s1"));
});

test("an agent that begins again has nothing left of what it did", async () => {
  emitAll(
    { type: "agent_start", data: { agent: "a", name: "A" } },
    { type: "agent_complete", data: { agent: "a", error: "tired" } },
  );
  expect((await agents.getState("s1"))?.agents).toEqual({ a: { status: "failed", name: "A", error: "tired" } });
  emitAll({ type: "agent_start", data: { agent: "a" } });
  expect((await agents.getState("s1"))?.agents).toEqual({ a: { status: "working", name: "A" } });
});

test.each(["research_complete", "error"] as const)("the research, which ends its stream with %s", async (type) => {
  emitAll({ type: "research_started", data: { query: "Why?", phases: ["look", "write"] } });
  const { seen, types, done } = await follow("research");
  emitAll(
    {
      type: "research_progress",
      data: { phase: "look", progress: 0.5, partial_results: ["a"], sources: [{ url: "u", title: "t" }] },
      retry: 3000,
      id: "mine",
    },
    { type: "agent_start", data: { agent: "other" } },
    type === "error" ? { type, data: { error: "no" } } : { type, data: { result: "So", sources: [] } },
  );
  await done;
  expect(types()).toEqual(["agent_network_connection", "research_started", "research_progress", type]);
  expect(seen[2]?.[1]).toMatchObject({ phase: "look", progress: 0.5, session_id: "s1" });
});

test("a session may have one research after the other: who comes gets the newest", async () => {
  emitAll(
    { type: "research_started", data: { query: "first" } },
    { type: "research_complete", data: { result: "1" } },
    { type: "research_started", data: { query: "second" } },
  );
  const { types, seen, done } = await follow("research");
  emitAll(
    { type: "research_progress", data: { phase: "look", progress: 1 } },
    { type: "error", data: { error: "no" } },
  );
  await done;
  expect(types().slice(1)).toEqual(["research_started", "research_progress", "error"]);
  expect(seen[1]?.[1]).toMatchObject({ query: "second" });
});

test("both in one stream, which stays", async () => {
  const { types } = await follow("all");
  emitAll(
    { type: "agent_start", data: { agent: "a" } },
    { type: "research_complete", data: {} },
    { type: "agent_complete", data: { agent: "a" } },
  );
  await until(() => types().length === 4);
  expect(types().slice(1)).toEqual(["agent_start", "research_complete", "agent_complete"]);
});

test("an event older than its ttl is given to nobody", async () => {
  const now = Date.now() / 1000;
  expect(
    emitAll(
      { type: "research_progress", data: { phase: "old", progress: 0 }, ttl: 5, created_at: now - 6 },
      { type: "agent_start", data: { agent: "old" }, ttl: 5, created_at: now - 6 },
      { type: "research_progress", data: { phase: "never", progress: 0 }, ttl: 0 },
    ),
  ).toEqual([null, null, null]);
  emitAll(
    { type: "research_progress", data: { phase: "short", progress: 0 }, ttl: 0.05 },
    { type: "research_progress", data: { phase: "long", progress: 0 }, ttl: 60 },
  );
  for (let phases: unknown[] = []; phases.join() !== "long"; ) {
    const { seen } = await follow("research");
    await until(() => seen.some(([, { phase }]) => phase === "long"));
    phases = seen.slice(1).map(([, { phase }]) => phase);
    expect(phases.filter((phase) => phase !== "short")).toEqual(["long"]);
  }
  expect(await agents.getState("s1")).toBeUndefined();
});

test.each([
  [{ type: "agent_start", data: {} }, "agent must be a text"],
  [{ type: "agent_start", data: null }, "the data must be an object"],
  [{ type: "research_progress", data: { phase: "a", progress: 2 } }, "progress must be a number from 0 to 1"],
  [{ type: "research_progress", data: { phase: "a", progress: Number.NaN } }, "progress must be"],
  [{ type: "agent_network_snapshot", data: { agents: {}, connections: {} } }, "connections must be a list"],
  [
    { type: "agent_network_snapshot", data: { agents: { a: { status: 5 } } } },
    "agents.a: status must be a text, not 5",
  ],
  [{ type: "agent_network_update", data: { connections: [{ from: "a" }] } }, "connections.0: to must be a text"],
  [
    { type: "agent_network_update", data: { agents: { a: { performance: { success_rate: 5 } } } } },
    "agents.a: performance: success_rate must be a number from 0 to 1",
  ],
  [{ type: "agent_stop", data: {} }, "type"],
  [{ type: "error", data: { error: "x" }, tll: 5 }, "tll"],
  [{ type: "error", data: { error: "x" }, ttl: -1 }, "ttl"],
  [{ type: "agent_start", data: { agent: "a" }, id: "x" }, "ids of the hub's"],
])("what cannot be told: %j", async (event, message) => {
  expect(() => agents.emit("s1", event as never)).toThrow(message);
  expect(await agents.getState("s1")).toBeUndefined();
});

test("names like those of objects are names like any other", async () => {
  emitAll(
    { type: "agent_start", data: { agent: "__proto__" } },
    { type: "agent_start", data: { agent: "constructor" } },
  );
  expect(Object.keys((await agents.getState("s1"))?.agents ?? {})).toEqual(["__proto__", "constructor"]);
});

test("sessions that cannot be, and methods", async () => {
  const get = (params: object) => agents.all.GET(new Request("http://localhost/"), { params: params as never });
  for (const params of [{}, { session_id: "" }, { session_id: 5 }]) expect((await get(params)).status).toBe(404);
  const posted = await agents.all.response(new Request("http://localhost/", { method: "POST" }), "s1");
  expect(posted.status).toBe(400);
  const strangers = await agents.all.response(new Request("http://localhost/"), "s1", { authorize: () => false });
  expect(strangers.status).toBe(403);
  expect(() => createAgentNetwork(hub, { name: "a:b" })).toThrow("name");
});

test("each end of an agent's work is told as it is, whatever was there before", async () => {
  const endsWith = async (data: object) => {
    agents.emit("s1", { type: "agent_complete", data: { agent: "a", ...data } } as never);
    return (await agents.getState("s1"))?.agents.a;
  };
  expect(await endsWith({ result: { first: 1 } })).toEqual({ status: "done", result: { first: 1 } });
  expect(await endsWith({ result: { second: 2 } })).toEqual({ status: "done", result: { second: 2 } });
  expect(await endsWith({ error: "bad" })).toEqual({ status: "failed", error: "bad" });
  expect(await endsWith({ result: 1 })).toEqual({ status: "done", result: 1 });
  expect(await endsWith({ result: { deep: { a: 1, b: 2 }, list: [1, 2] } })).toMatchObject({ status: "done" });
  // What cannot be told changes nothing.
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  await expect(endsWith({ result: { text: "x".repeat(1.5 * 1024 * 1024) } })).rejects.toThrow(
    expect.objectContaining({ code: "EVENT_TOO_LARGE" }),
  );
  await expect(endsWith({ result: loop })).rejects.toThrow(expect.objectContaining({ code: "UNSERIALIZABLE" }));
  const { seen, types } = await follow("network");
  expect(await endsWith({ result: { deep: { b: 3 }, list: [3] } })).toEqual({
    status: "done",
    result: { deep: { b: 3 }, list: [3] },
  });
  await until(() => types().length === 4);
  expect(types().slice(2)).toEqual(["agent_complete", "agent_network_update"]);
  expect(seen[3]?.[1]).toMatchObject({ agents: { a: { result: { deep: { a: null } } } } });
  expect(seen[1]?.[1]).toMatchObject({ agents: { a: { result: { deep: { a: 1, b: 2 }, list: [1, 2] } } } });
});

test("a network of which only a part was told is one for its own validators", async () => {
  emitAll({ type: "agent_start", data: { agent: "a" } });
  expect(await agents.getState("s1")).toEqual({ agents: { a: { status: "working" } }, connections: [] });
  const { seen } = await follow("network");
  await until(() => seen.length === 2);
  for (const [type, data] of seen) {
    const schema = agentSchemas[type as keyof typeof agentSchemas];
    expect(schema["~standard"].validate(data)).toEqual({ value: data });
  }
});

test("two networks whose names look alike have nothing in common", async () => {
  const one = createAgentNetwork(hub, { name: "q" });
  const other = createAgentNetwork(hub, { name: "q-research" });
  expect(one.channelsOf("s").filter((channel) => other.channelsOf("s").includes(channel))).toEqual([]);
});
