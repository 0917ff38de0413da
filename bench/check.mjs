// Are the bench's own programs right? Every Node peer and the bare loop with 20 connections and 50 events: all of them arrive,
// once, in order, which the load client must see; and what it must not accept, it must report. The client's bench gets equal
// events from all its sides, on every workload.
//   node bench/check.mjs [--only=res-write,bare]      some seconds; needs the build, cmake and zlib, neither nginx nor Next.js
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../scripts/lib/process.mjs";
import { compared } from "./client/measure.mjs";
import { loadSides } from "./client/sides.mjs";
import { streamsOf, workloads } from "./client/workloads.mjs";
import { DeliveryError, LoadClient } from "./drive/load-client.mjs";
import { NodePeer } from "./drive/node-peer.mjs";
import { buildPrograms } from "./drive/program.mjs";
import { burst } from "./measure/burst.mjs";
import { pace } from "./measure/pace.mjs";
import { untilCounted, withConnections } from "./measure/session.mjs";

const connections = 20;
const events = 50;

/** The events of a burst, then as many at a rate, each checked by number on every connection. */
function delivers(peer, { path, kind = "plain", share = 1, gzip = false, together = false } = {}) {
  return withConnections({ peer, path, connections }, { gzip, verifyEvery: 1 }, async (server, load) => {
    const shape = { bytes: 140, kind, content: gzip ? "records" : "padding" };
    await Promise.all([
      server.ask({ do: "burst", events, together, ...shape }),
      load.expect(events * share, { timeoutMs: 5000 }),
    ]);
    await Promise.all([
      server.ask({ do: "pace", events, rate: 500, ...shape }),
      load.expect(2 * events * share, { timeoutMs: 5000 }),
    ]);
    const { samples, p50Ns, p99Ns, maxNs } = await load.ask("stats");
    const isPlausible = samples === 2 * events * share * connections && p50Ns > 0 && p50Ns <= p99Ns && p99Ns <= maxNs;
    if (!isPlausible) throw new Error(`latencies: ${JSON.stringify({ samples, p50Ns, p99Ns, maxNs })}`);
  });
}

async function mustFail(work, pattern) {
  const error = await work().then(
    () => undefined,
    (reason) => reason,
  );
  if (!(error instanceof DeliveryError && pattern.test(error.message)))
    throw new Error(`expected ${pattern}: ${error}`);
}

/** peers/faulty.mjs leaves events out, repeats them, or sends too few. */
function reports(fault, pattern) {
  return withFaulty(fault, (load) => mustFail(() => load.expect(events, { timeoutMs: 500 }), pattern));
}

async function withFaulty(fault, work) {
  const peer = new NodePeer("faulty");
  const load = new LoadClient();
  try {
    await peer.start();
    await load.connect({ port: peer.port, path: `/${fault}`, connections, verifyEvery: 1 });
    await untilCounted(peer, connections);
    await peer.ask({ do: "burst", events, bytes: 140 });
    await work(load);
  } finally {
    await load.stop();
    await peer.stop();
  }
}

async function measures() {
  const fast = await burst({ peer: "res-write", connections, bytes: 140, seconds: 0.1 });
  const paced = await pace({ peer: "res-write", connections, bytes: 4096, seconds: 0.3, stalled: 1 });
  const figures = [
    fast.deliveriesPerSecond,
    fast.cpuNsPerDelivery,
    paced.cpuNsPerDelivery,
    paced.p99Ns,
    paced.medianCallNs,
  ];
  if (!figures.every((figure) => figure > 0)) throw new Error(`figures: ${figures}`);
}

/** A twentieth of each workload. */
async function sidesAgree() {
  const sides = await loadSides();
  for (const workload of workloads) {
    const streams = streamsOf(workload, 1 / 20);
    const found = compared(sides, streams, workload.dedup);
    const isComplete = found.length === streams.length * Object.keys(sides).length;
    if (!isComplete || found.some(({ counts }) => counts.startsWith("0 events"))) throw new Error(workload.id);
  }
}

/** A side that does not see its last chunk. */
async function sidesDiffer() {
  const { millrace } = await loadSides();
  const deaf = (dedup) => ({
    pass: (chunks, counter, reconnects) => millrace(dedup).pass(chunks.slice(0, -1), counter, reconnects),
  });
  try {
    compared({ millrace, deaf }, streamsOf(workloads[0], 1 / 20));
  } catch (error) {
    if (/^deaf gives \d+ events/.test(error.message)) return;
    throw error;
  }
  throw new Error("a lost event was not seen");
}

const checks = {
  bare: () => delivers("bare"),
  "res-write": () => delivers("res-write"),
  "res-write, together": () => delivers("res-write", { together: true }),
  "better-sse": () => delivers("better-sse"),
  "millrace, stream path": () => delivers("millrace", { path: "/stream" }),
  "millrace, attach": () => delivers("millrace"),
  "millrace, half": () => delivers("millrace", { path: "/half", kind: "types", share: 0.5 }),
  "millrace, three channels": () => delivers("millrace", { path: "/three", kind: "channels" }),
  "millrace, gzip": () => delivers("millrace-gzip", { gzip: true }),
  "a lost event": () => reports("lost", /[1-9]\d* lost/),
  "a repeated event": () => reports("repeated", /[1-9]\d* repeated/),
  "an event too few": () => reports("few", /miss events/),
  "comments, ids and chunks of one byte": () => withFaulty("cut", (load) => load.expect(events, { timeoutMs: 2000 })),
  gzip: () => withFaulty("gzip", (load) => load.expect(events, { timeoutMs: 2000 })),
  measurements: measures,
  "client, all sides agree": sidesAgree,
  "client, a lost event": sidesDiffer,
  "content, all sides agree": () => promisify(execFile)(process.execPath, [join(root, "bench/content.mjs"), "--quick"]),
};

const only = process.argv.find((argument) => argument.startsWith("--only="))?.slice("--only=".length);
await buildPrograms();
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  if (only !== undefined && !only.split(",").some((part) => name.startsWith(part))) continue;
  const began = performance.now();
  const problem = await check().then(
    () => "",
    (error) => error.stack,
  );
  if (problem) failed += 1;
  console.log(`${problem ? "FAILED" : "ok    "} ${name} (${Math.round(performance.now() - began)} ms) ${problem}`);
}
process.exit(failed === 0 ? 0 : 1);
