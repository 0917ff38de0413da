import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program that uses the built package, in a process of its own. */
function run(program: string): Promise<Ended> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { cwd: root, stdio: "pipe" });
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  child.stderr.on("data", (text) => {
    output += text;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

test("a process with an open hub, streams and timers exits by itself", async () => {
  const ended = await run(`
    import { createSSEStream, registerConnection, broadcast } from "millrace";
    const stream = createSSEStream();
    registerConnection("a", stream.send);
    broadcast("a", "e", 1);
    registerConnection("b", (message) => console.log(message.data));
    broadcast("b", "e", "delivered before the exit");
  `);
  expect(ended).toEqual({ code: 0, output: "delivered before the exit\n" });
});

test("a listener that throws is told of, and the others hear the event", async () => {
  const ended = await run(`
    import { createHub } from "millrace";
    const hub = createHub();
    hub.on("error", ({ code, error }) => console.log(code, error.message));
    hub.on("error", () => { throw new Error("this one, too"); });
    console.error = (what) => console.log(what);
    hub.subscribe("c", () => { throw new Error("from the listener"); });
    hub.subscribe("c", async () => { await null; throw new Error("not in time"); });
    hub.subscribe("c", ({ data }) => console.log("heard", data));
    hub.publish("c", { event: "e", data: 1 });
  `);
  const output =
    'heard 1\nlistener from the listener\nMillrace: a listener of the hub "default" failed:\nlistener not in time\n' +
    'Millrace: a listener of the hub "default" failed:\n';
  expect(ended).toEqual({ code: 0, output });
});

test("an onClose that throws is told of, and the other streams are closed all the same", async () => {
  const ended = await run(`
    import { createHub, createSSEStream } from "millrace";
    createHub({ lagGraceMs: 0 }).on("error", ({ code, error }) => console.log(code, error.message));
    const lag = { events: 0 };
    const streams = [1, 2].map((n) => createSSEStream({ lag, onClose() { throw new Error("of " + n); } }));
    for (const { send, closed, stream } of streams) {
      await stream.getReader().read();
      send({ data: 1 });
      closed.then((reason) => console.log(reason));
    }
  `);
  expect(ended.code).toBe(0);
  expect(ended.output.split("\n").sort()).toEqual(["", "lagging", "lagging", "onClose of 1", "onClose of 2"]);
});

test("CommonJS has the same exports and the same hub", async () => {
  const ended = await run(`
    import { createRequire } from "node:module";
    import * as esm from "millrace";
    const cjs = createRequire(process.cwd() + "/")("millrace");
    console.log(Object.keys(cjs).sort().join() === Object.keys(esm).sort().join());
    esm.registerConnection("c", ({ data }) => console.log(data));
    cjs.broadcast("c", "e", "from CommonJS");
  `);
  expect(ended).toEqual({ code: 0, output: "true\nfrom CommonJS\n" });
});

test("worker threads publish to the process's connections, read, and take their own with them when they end", async () => {
  const ended = await run(`
    import { Worker } from "node:worker_threads";
    import { broadcast, getConnectionCount, registerConnection } from "millrace";
    const heard = [];
    let onHeard;
    registerConnection("main", ({ data }) => { heard.push(data); onHeard?.(); });
    const worker = new Worker(\`
      import { parentPort } from "node:worker_threads";
      import("millrace").then(({ broadcast, createSSEStream, registerConnection }) => {
        registerConnection("worker", createSSEStream().send);
        registerConnection("worker", ({ data }) => parentPort.postMessage(data));
        broadcast("main", "e", "from the worker");
        parentPort.once("message", () => {});
      });
    \`, { eval: true });
    while (heard.length === 0) await new Promise((resolve) => { onHeard = resolve; setTimeout(resolve, 1000); });
    console.log(heard[0], getConnectionCount("worker"));
    const answer = new Promise((resolve) => worker.once("message", resolve));
    broadcast("worker", "e", "from main");
    console.log(await answer);
    await worker.terminate();
    console.log(getConnectionCount("worker"), getConnectionCount("main"));
    for (let n = 0; n < 100; n++) broadcast("worker", "e", n);
    broadcast("main", "e", "still here");
    await new Promise((resolve) => { onHeard = resolve; });
    console.log(heard[1]);
  `);
  expect(ended).toEqual({ code: 0, output: "from the worker 2\nfrom main\n0 1\nstill here\n" });
});

test("a worker that is terminated in the middle of its work takes only its own connections along", async () => {
  const ended = await run(`
    import { Worker } from "node:worker_threads";
    import { createHub } from "millrace";
    const hub = createHub();
    const program = \`
      import("millrace").then(({ createHub }) => {
        const hub = createHub();
        for (let n = 0; n < 5; n++) hub.subscribe("busy", () => {});
        const publish = () => {
          for (let n = 0; n < 50; n++) hub.publish("busy", { event: "e", data: "x".repeat(100) });
          setImmediate(publish);
        };
        publish();
        require("node:worker_threads").parentPort.postMessage("busy");
      });
    \`;
    for (let round = 0; round < 40; round++) {
      const workers = [1, 2].map(() => new Worker(program, { eval: true, execArgv: ["--input-type=commonjs"] }));
      await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("message", resolve))));
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    console.log(hub.stats().connections, hub.publish("busy", { event: "e", data: 1 }).recipients);
  `);
  expect(ended).toEqual({ code: 0, output: "0 0\n" });
}, 60_000);

test("many workers that come and go leave nothing behind", async () => {
  const ended = await run(`
    import { Worker } from "node:worker_threads";
    import { getConnectionCount, createHub } from "millrace";
    const program = \`
      import("millrace").then(({ broadcast, createSSEStream, registerConnection }) => {
        for (let n = 0; n < 50; n++) {
          const stream = createSSEStream({ heartbeat: { everyMs: 1 } });
          registerConnection("crowd", stream.send);
          broadcast("crowd", "e", n);
        }
        process.exit();
      });
    \`;
    for (let round = 0; round < 5; round++) {
      await Promise.all([1, 2, 3].map(() => new Promise((resolve) => new Worker(program, { eval: true }).on("exit", resolve))));
    }
    console.log(getConnectionCount(), createHub().stats().connections);
  `);
  expect(ended).toEqual({ code: 0, output: "0 0\n" });
});
