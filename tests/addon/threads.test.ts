import { readdirSync } from "node:fs";
import { jest } from "@jest/globals";
import { start, startFile } from "./child.js";
import { RawClient } from "./raw_client.js";

const open = async (port: number, path: string) => (await RawClient.open(port, { path })).untilOpen();

jest.setTimeout(30_000);

/** Sources that the programs share. */
const SERVER = `
  import { createServer } from "node:http";
  import { Worker } from "node:worker_threads";
  import { createHub } from "millrace";
  const hub = createHub();
  const handle = async (req, res) => {
    if (req.url === "/attached") return void hub.attach(req, res, { channels: ["c"] });
    const response = await hub.response(new Request("http://host/"), { channels: ["c"] });
    res.writeHead(response.status, Object.fromEntries(response.headers));
    res.on("close", () => response.body.cancel().catch(() => {}));
    for await (const chunk of response.body) res.write(chunk);
    res.end();
  };
`;

test("a worker thread publishes to the process's attached and pulled connections", async () => {
  const child = start(`${SERVER}
    const server = createServer(handle).listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
    process.on("SIGUSR2", () => {
      new Worker(\`
        import("millrace").then(({ createHub }) => {
          const hub = createHub();
          for (let n = 0; n < 1000; n++) hub.publish("c", { event: "e", data: n });
          console.log("recipients " + hub.publish("c", { event: "last", data: null }).recipients);
        });
      \`, { eval: true });
    });
  `);
  const port = Number(await child.line("port "));
  const paths = ["/attached", "/attached", "/pulled", "/pulled"];
  const clients = await Promise.all(paths.map((path) => open(port, path)));
  child.kill("SIGUSR2");
  for (const client of clients) {
    await client.untilEvents(1001);
    expect(client.events).toEqual([...Array.from({ length: 1000 }, (_, n) => `e:${n}`), "last:null"]);
  }
  expect(await child.line("recipients ")).toBe("4");
  child.kill("SIGKILL");
  await child.ended;
});

test("a worker that is terminated takes its own attached streams along, and nobody else's", async () => {
  const child = start(`${SERVER}
    const server = createServer(handle).listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
    const worker = new Worker(\`
      const { createServer } = require("node:http");
      import("millrace").then(({ createHub }) => {
        const hub = createHub();
        const attach = (req, res) => hub.attach(req, res, { channels: ["c"], handOver: req.url === "/handed" });
        const server = createServer(attach).listen(0, "127.0.0.1", () => console.log("worker " + server.address().port));
      });
    \`, { eval: true, execArgv: ["--input-type=commonjs"] });
    process.on("SIGUSR2", async () => {
      await worker.terminate();
      console.log("terminated");
      while (hub.stats().connections > 2) await new Promise((resolve) => setTimeout(resolve, 1));
      console.log("recipients " + hub.publish("c", { event: "after", data: 1 }).recipients);
    });
  `);
  const port = Number(await child.line("port "));
  const workerPort = Number(await child.line("worker "));
  const own = await Promise.all(["/attached", "/pulled"].map((path) => open(port, path)));
  const sockets = () => readdirSync(`/proc/${child.pid}/fd`).length;
  const before = sockets();
  const paths = ["/handed", "/handed", "/kept", "/kept"];
  const theirs = await Promise.all(paths.map((path) => open(workerPort, path)));
  expect(sockets()).toBeGreaterThan(before);
  child.kill("SIGUSR2");
  await Promise.all(theirs.map((client) => client.until(({ isClosed }) => isClosed)));
  expect(await child.line("recipients ")).toBe("2");
  for (const client of own) {
    await client.untilEvents(1);
    expect(client.events).toEqual(["after:1"]);
  }
  child.kill("SIGKILL");
  await child.ended;
});

test("node:cluster: each process serves its own connections, and ends cleanly with streams open", async () => {
  const child = startFile(
    "cluster.mjs",
    `${SERVER}
    import cluster from "node:cluster";
    if (cluster.isPrimary) {
      const workers = [1, 2].map(() => cluster.fork());
      const ports = await Promise.all(workers.map((worker) => new Promise((resolve) =>
        worker.on("listening", ({ port }) => resolve(port)))));
      console.log("port " + ports[0] + (ports[0] === ports[1] ? " shared" : " apart"));
      process.on("SIGUSR2", () => { for (const worker of workers) worker.send("publish"); });
      process.on("SIGTERM", () => { for (const worker of workers) worker.send("exit"); });
      for (const worker of workers) worker.on("exit", (code, signal) => console.log("exit", code, signal));
    } else {
      createServer(handle).listen(0, "127.0.0.1");
      process.on("message", (message) => {
        if (message === "publish") hub.publish("c", { event: "from", data: cluster.worker.id });
        else process.exit();
      });
    }
  `,
  );
  const [port, isShared] = (await child.line("port ")).split(" ");
  expect(isShared).toBe("shared");
  const paths = Array.from({ length: 8 }, (_, n) => (n % 4 < 2 ? "/attached" : "/pulled"));
  const clients = await Promise.all(paths.map((path) => open(Number(port), path)));
  child.kill("SIGUSR2");
  for (const client of clients) await client.untilEvents(1);
  const events = clients.map((client) => client.events);
  for (const own of events) expect(own).toHaveLength(1);
  expect(new Set(events.flat())).toEqual(new Set(["from:1", "from:2"]));
  child.kill("SIGTERM");
  await Promise.all(clients.map((client) => client.until(({ isClosed }) => isClosed)));
  expect(await child.ended).toMatchObject({
    code: 0,
    signal: null,
    output: expect.stringMatching(/(exit 0 null\n){2}/),
  });
});

describe("the process's end", () => {
  test("comes by itself when the hub is open and the attached streams have ended", async () => {
    const child = start(`${SERVER}
      const server = createServer(handle).listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
      hub.on("connection", () => server.close());
    `);
    const port = Number(await child.line("port "));
    const client = await open(port, "/attached");
    client.leave();
    expect(await child.ended).toMatchObject({ code: 0, signal: null });
  });

  test("waits for a stream that Node does not know any more", async () => {
    const child = start(`${SERVER}
      const server = createServer(handle).listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
      hub.on("connection", () => server.close(() => console.log("closed")));
      server.on("connection", (socket) => {
        const looking = setInterval(() => {
          if (!socket.destroyed) return;
          console.log("forgotten");
          clearInterval(looking);
        }, 1);
      });
      process.on("SIGUSR2", () => hub.publish("c", { event: "e", data: 1 }));
    `);
    const client = await open(Number(await child.line("port ")), "/attached");
    await child.line("forgotten");
    child.kill("SIGUSR2");
    await client.untilEvents(1);
    client.leave("reset");
    expect(await child.ended).toMatchObject({ code: 0, signal: null, output: expect.stringContaining("closed") });
  });

  test.each([
    ["process.exit() in the middle of publishing", "process.exit()", { code: 0, signal: null }],
    ["an uncaught exception", "throw new Error('on purpose')", { code: 1, signal: null }],
    ["SIGTERM without a handler", "process.kill(process.pid, 'SIGTERM')", { code: null, signal: "SIGTERM" }],
  ])("%s ends it, with streams open", async (_, end, expected) => {
    const child = start(`${SERVER}
      const server = createServer(handle).listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
      process.on("SIGUSR2", () => {
        for (let n = 0; n < 2000; n++) hub.publish("c", { event: "e", data: n });
        ${end};
      });
    `);
    const port = Number(await child.line("port "));
    const paths = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? "/attached" : "/pulled"));
    const clients = await Promise.all(paths.map((path) => open(port, path)));
    child.kill("SIGUSR2");
    expect(await child.ended).toMatchObject(expected);
    await Promise.all(clients.map((client) => client.until(({ isClosed }) => isClosed)));
  });
});

test("threads that set and patch one document at once lead its readers to what it is", async () => {
  const child = start(`
    import { Worker } from "node:worker_threads";
    import { createHub } from "millrace";
    import { mergePatch } from "millrace/client";
    const hub = createHub({ history: { events: 20_000 } });
    const document = hub.document("c");
    let state = {};
    document.patch({ begun: true });
    hub.subscribe("c", ({ event, data }) => {
      state = event === "state" ? data : mergePatch(state, data);
    });
    const members = 'Object.fromEntries(Array.from({ length: 50 }, (_, at) => ["m" + ((at * 7 + n) % 60), n + at]))';
    const work = (by) => \`
      import("millrace").then(({ createHub }) => {
        const document = createHub().document("c");
        for (let n = 0; n < 2000; n++) {
          if (n % 3 === 0) document.patch({ ["m" + (n % 60)]: n % 2 ? null : { by: "\${by}", n } });
          else document.set({ begun: true, by: "\${by}", ...\${members} });
        }
      });
    \`;
    const workers = ["a", "b", "c"].map((by) => new Worker(work(by), { eval: true }));
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve))));
    document.patch({ done: true });
    const canonical = (value) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    const check = async () => {
      if (!state.done) return setTimeout(check, 5);
      console.log("equal " + (canonical(state) === canonical(await document.get())));
      process.exit();
    };
    check();
  `);
  expect(await child.line("equal ")).toBe("true");
  await child.ended;
});
