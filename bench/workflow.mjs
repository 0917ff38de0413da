// What a workflow costs on the wire: 200 agents that say 20,000 times how far they are, 1,000 times a second.
//   node bench/workflow.mjs [--quick]
// Prints a table and writes bench/results/workflow.json. Beside it, for the same events: the whole state each time, and each event as it is.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mergePatch } from "../dist/esm/client/index.js";
import { createHub, createWorkflowEmitter } from "../dist/esm/server/index.js";
import { changeOf } from "../dist/esm/shared/workflow/change-of.js";
import { root } from "../scripts/lib/process.mjs";
import { printVerdicts, recordOf } from "./report.mjs";

const quick = process.argv.includes("--quick");
const [agents, events, perSecond] = [200, quick ? 2000 : 20_000, 1000];
const id = "wf_1";
const emitter = createWorkflowEmitter(createHub({ name: "bench workflow" }), { closeAfterMs: 0 });
const frameOf = (event, data) => `event: ${event}\nid: 1730000000000\ndata: ${JSON.stringify(data)}\n\n`;

setInterval(() => {}, 1000); // nothing else keeps the process alive: there is no socket

let state = {};
const bytes = { ours: 0, whole: 0, plain: 0 };
function emit(type, data) {
  emitter.emit(id, type, data);
  const { patch, isWhole } = changeOf(id, type, data);
  state = mergePatch(isWhole ? {} : state, patch);
  bytes.whole += Buffer.byteLength(frameOf("workflow:state", state));
  bytes.plain += Buffer.byteLength(frameOf(type, data));
}

emit("workflow:started", { name: "build", totalSteps: agents });
const { body } = await emitter.response(new Request("http://localhost/"), id);
let text = "";
const reading = (async () => {
  for await (const chunk of body) {
    bytes.ours += chunk.length;
    text += Buffer.from(chunk).toString("utf8");
  }
})();
const names = Array.from({ length: agents }, (_, n) => `agent-${n}`);
for (const [n, agentName] of names.entries()) {
  emit("agent:started", { agentName, agentRole: "developer", stepNumber: n, prompt: "Compile your part" });
}
const began = performance.now();
for (let n = 0; n < events; ) {
  for (const due = ((performance.now() - began) / 1000) * perSecond; n < Math.min(due, events); n += 1) {
    const message = `compiled ${Math.floor(n / agents)} of ${events / agents} files`;
    emit("agent:progress", { agentName: names[n % agents], message, level: "info" });
  }
  await new Promise((resolve) => setTimeout(resolve, 5));
}
for (const [n, agentName] of names.entries()) {
  emit("agent:completed", { agentName, stepNumber: n, duration: 1000, cost: 1 });
}
emit("workflow:completed", { duration: 20_000, totalCost: agents, iterations: 1 });
await reading;

// What came leads to the server's state.
let seen = {};
for (const frame of text.split("\n\n")) {
  const [, type, data] = /^event: (\S+)\n(?:id: .*\n)?data: (.*)$/.exec(frame) ?? [];
  if (type === "workflow:state") seen = JSON.parse(data);
  const change = type && changeOf(id, type, JSON.parse(data));
  if (change) seen = mergePatch(change.isWhole ? {} : seen, change.patch);
}
if (JSON.stringify(seen) !== JSON.stringify(await emitter.getState(id)))
  throw new Error("workflow: the state is another");

const verdicts = [
  ["the whole state each time", bytes.whole, 1 / 50],
  ["each event as it is", bytes.plain, 1 / 2],
].map(([what, other, atMost]) => {
  const median = bytes.ours / other;
  const verdict = median <= atMost ? "met" : "missed";
  return {
    claim: "bytes",
    title: `${events} events of ${agents} agents`,
    what: `× ${what}`,
    atMost,
    median,
    min: median,
    max: median,
    verdict,
  };
});
console.log(`${bytes.ours} bytes; the whole state each time ${bytes.whole}, each event as it is ${bytes.plain}`);
printVerdicts(verdicts);
const seconds = (performance.now() - began) / 1000;
if (!quick) {
  const record = recordOf({ results: new Map(), verdicts, repeats: 1, quick, seconds, versions: {} });
  writeFileSync(join(root, "bench/results/workflow.json"), `${JSON.stringify(record, null, 2)}\n`);
}
process.exit();
