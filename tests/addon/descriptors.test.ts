import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A program that may open so many files, with the built package; its output. */
function withFiles(
  most: number,
  program: string,
): Promise<{ code: number | null; signal: string | null; output: string }> {
  const command = `ulimit -n ${most} && exec "$0" --input-type=module -e "$1"`;
  const child = spawn("bash", ["-c", command, process.execPath, program], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, output })));
}

// Making the first reactor takes three descriptors, a duplicate one.
test.each([0, 1, 2, 3, 4, 5])(
  "a stream that is asked for with %d descriptors left works, or is not accepted; the process lives",
  async (left) => {
    const ended = await withFiles(
      200,
      `
    import { createServer } from "node:http";
    import { closeSync, openSync, readdirSync } from "node:fs";
    import { connect } from "node:net";
    import { createHub } from "millrace";
    const hub = createHub({ reactors: 4 });
    const server = createServer((req, res) => hub.attach(req, res, { channels: ["c"] }));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    const ask = () => new Promise((resolve) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\\\\r\\\\nHost: h\\\\r\\\\n\\\\r\\\\n"));
      socket.on("data", (bytes) => {
        text += bytes;
        if (text.includes("data: 7")) resolve("served");
        else if (text.includes("id: ")) hub.publish("c", { event: "e", data: 7 });
      });
      socket.on("error", (error) => resolve(error.code));
      socket.on("close", () => resolve("closed"));
    });
    // One in both processes' roles: the client's and the server's socket.
    const early = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket));
    });
    await new Promise((resolve) => setImmediate(resolve));
    const held = [];
    try {
      for (;;) held.push(openSync("/dev/null", "r"));
    } catch {}
    for (let n = 0; n < ${left}; n++) closeSync(held.pop());
    let text = "";
    early.write("GET / HTTP/1.1\\\\r\\\\nHost: h\\\\r\\\\n\\\\r\\\\n");
    const first = await new Promise((resolve) => early.on("data", (bytes) => {
      text += bytes;
      if (text.includes("data: 7")) resolve("served");
      else if (text.includes("id: ") && !text.includes("event: e\\n")) hub.publish("c", { event: "e", data: 7 });
    }).on("close", () => resolve("closed")));
    console.log(first);
    for (const descriptor of held) closeSync(descriptor);
    const before = readdirSync("/proc/self/fd").length;
    early.destroy();
    while (hub.stats().connections > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    console.log(await ask(), hub.stats().takenOver === 1);
    process.exit();
  `.replaceAll("\\\\r\\\\n", "\\r\\n"),
    );
    expect(ended).toEqual({ code: 0, signal: null, output: "served\nserved true\n" });
  },
);
