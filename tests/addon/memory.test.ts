import { start } from "./child.js";

// Counted in processes of their own: what a server holds for clients that do not read.

const CLIENTS = 1000;
const MOST_BYTES = 64 * 1024 * 1024;

const server = (options: string) => `
  import { createServer } from "node:http";
  import { setFlagsFromString } from "node:v8";
  import { runInNewContext } from "node:vm";
  import { createHub } from "millrace";
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const hub = createHub();
  const server = createServer((req, res) => hub.attach(req, res, { channels: ["c"], ${options} }));
  server.listen(0, "127.0.0.1", () => {
    const { id } = hub.publish("c", { event: "e", data: 0 });
    const text = "x".repeat(16_500);
    for (let n = 1; n < 500; n++) hub.publish("c", { event: "e", data: text });
    collect();
    // What V8 keeps of the garbage of a gigabyte that went through it is not held for anybody.
    const used = () => {
      const { rss, heapUsed, external } = process.memoryUsage();
      return ${/direct: false/.test(options)} ? heapUsed + external : rss;
    };
    const before = used();
    console.log("listening " + JSON.stringify({ port: server.address().port, id }));
    const sockets = new Set();
    server.on("connection", (socket) => sockets.add(socket));
    process.stdin.on("data", async () => {
      // The kernel has no room for more.
      const isStuck = (socket) => socket.destroyed || socket.writableLength > 0;
      while (${/direct: false/.test(options)} && ![...sockets].every(isStuck)) await new Promise((resolve) => setTimeout(resolve, 1));
      // What is garbage goes in steps.
      for (let least = Infinity, rounds = 0; rounds < 5; rounds++) {
        collect();
        await new Promise((resolve) => setImmediate(resolve));
        if (used() < least) rounds = 0;
        least = Math.min(least, used());
      }
      console.log("used " + (used() - before));
      process.exit();
    });
    let asked = 0;
    server.on("request", (_, res) => {
      if (++asked === ${CLIENTS}) setImmediate(() => console.log("asked"));
    });
  });
`;

const clients = (port: number, id: string, accept: string) => `
  import { connect } from "node:net";
  const head = "GET / HTTP/1.1\\r\\nHost: h\\r\\nAccept: ${accept}\\r\\nLast-Event-ID: ${id}\\r\\n\\r\\n";
  let begun = 0;
  for (let n = 0; n < ${CLIENTS}; n++) {
    const socket = connect(${port}, "127.0.0.1", () => socket.write(head));
    socket.on("error", () => {});
    // The first bytes, and then nothing more.
    socket.once("readable", () => {
      socket.read(1);
      if (++begun === ${CLIENTS}) console.log("begun");
    });
  }
`;

test.each([
  ["resuming clients whose sockets the core has", "", "text/event-stream"],
  ["resuming clients whose bytes go through Node", "direct: false", "text/event-stream"],
  ["resuming clients of compressed streams", "compress: true", "text/event-stream\\r\\nAccept-Encoding: gzip"],
  ["polls", "", "application/json"],
])(
  "a thousand unread %s cost less than 64 MiB",
  async (_name, options, accept) => {
    const serving = start(server(options), "pipe");
    const { port, id } = JSON.parse(await serving.line("listening "));
    const asking = start(clients(port, id, accept));
    await asking.line("begun");
    serving.say("measure\n");
    expect(Number(await serving.line("used "))).toBeLessThan(MOST_BYTES);
    asking.kill("SIGKILL");
    await serving.ended;
  },
  60_000,
);

test("a stream whose socket Node has released holds neither the request, nor its signal, nor the response", async () => {
  const serving = start(`
    import { createServer, get } from "node:http";
    import { setFlagsFromString } from "node:v8";
    import { runInNewContext } from "node:vm";
    import { createHub } from "millrace";
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc");
    const hub = createHub();
    const held = {};
    const authorize = ({ request }) => {
      held.signal ??= new WeakRef(request.signal);
      return true;
    };
    const server = createServer((req, res) => {
      held.request ??= new WeakRef(req);
      held.response ??= new WeakRef(res);
      hub.attach(req, res, { channels: ["c"], authorize });
    });
    // Node itself holds the newest request.
    const ask = (count) =>
      get({ port: server.address().port, host: "127.0.0.1", agent: false }, (response) => {
        response.resume();
        if (count > 1) ask(count - 1);
        else release();
      });
    // In turns of their own: asking keeps what is asked for until the end of the turn.
    function release() {
      collect();
      setTimeout(look, 1);
    }
    function look() {
      if (hub.stats().takenOver < 3 || Object.values(held).some((one) => one.deref() !== undefined)) {
        setTimeout(release, 1);
        return;
      }
      console.log("held by nobody, " + hub.stats().takenOver);
      process.exit();
    }
    server.listen(0, "127.0.0.1", () => ask(3));
  `);
  expect(await serving.line("held by nobody, ")).toBe("3");
}, 60_000);
