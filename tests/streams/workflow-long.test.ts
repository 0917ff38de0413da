// Ten minutes of a workflow, on the clock of the testing kit: a heartbeat every fifteen seconds keeps the connection.

import type { WorkflowEvents } from "../../js/src/react/index.js";
import { createHub, createWorkflowEmitter } from "../../js/src/server/index.js";
import { createWorld } from "../../js/src/testing/index.js";

const ID = "wf_long";
const MINUTES = 10;
const HEARTBEATS = MINUTES * 4;

test("ten minutes with all heartbeats: one connection, and everything that has changed", async () => {
  const emitter = createWorkflowEmitter(createHub({ name: "a long workflow" }), { progressEveryMs: 1, logsEveryMs: 1 });
  emitter.emit(ID, "workflow:started", { name: "long", totalSteps: HEARTBEATS });
  let text = "";
  const world = createWorld(async (request) => {
    // The server has the real time, of which a tenth of a second stands for the fifteen that pass for the client.
    const response = await emitter.response(request, ID, { heartbeat: { everyMs: 100, comment: "heartbeat {n}" } });
    const [shown, kept] = (response.body as ReadableStream<Uint8Array>).tee();
    void (async () => {
      for await (const chunk of kept) text += new TextDecoder().decode(chunk);
    })().catch(() => {});
    const headers = new Headers(response.headers);
    headers.set("X-Heartbeat-Interval", "15");
    headers.set("X-Silence-Threshold", "45");
    return new Response(shown, { status: response.status, headers });
  });
  const client = world.client<WorkflowEvents>("/api/workflows/wf_long/stream", { parse: "json" });
  const steps: unknown[] = [];
  client.on("workflow:running", ({ currentStep }) => steps.push(currentStep));
  await world.until(() => client.state === "connected");
  for (let n = 1; n <= HEARTBEATS; n++) {
    await world.until(() => text.includes(`: heartbeat ${n}\n`));
    expect(client.state).toBe("connected");
    await world.advance(15_000);
    emitter.emit(ID, "workflow:running", { currentStep: n });
    await world.until(() => steps.length === n);
  }
  expect(world.nowMs).toBe(MINUTES * 60_000);
  expect(world.requests).toHaveLength(1);
  expect(steps).toEqual(Array.from({ length: HEARTBEATS }, (_, at) => at + 1));
  const heartbeats = [...text.matchAll(/^: heartbeat (\d+)$/gm)].map(([, n]) => Number(n));
  expect(heartbeats).toEqual(heartbeats.map((_, at) => at + 1)); // none is missing
  expect(heartbeats.length).toBeGreaterThanOrEqual(HEARTBEATS);
  world.close();
});
