import { spawn } from "node:child_process";
import { get } from "node:http";
import { join } from "node:path";

// Each test waits for a process of its own, which ends its streams in waves over nine tenths of `withinMs`. They run at the same
// time, and the clients are few, so that on a busy machine the last wave still has a third of that time.
const root = join(import.meta.dirname, "../..");
const CLIENTS = 4;

const SERVER = `
  import { createServer } from "node:http";
  import { createHub, drainOnSignal } from "millrace";
  import { register } from "millrace/next";
  const hub = createHub();
  const options = { withinMs: 3000, retryFromMs: 500, retrySpreadMs: 2000 };
  const server = createServer((req, res) => hub.attach(req, res, { channels: ["c"], handOver: req.url === "/handed" }));
  server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
`;

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What each client got to the body's end, or "cut". */
  readonly bodies: string[];
  readonly output: string;
}

/** Runs a server, opens streams, and tells the process to end. */
async function terminate(program: string, path = "/handed", name: NodeJS.Signals = "SIGTERM"): Promise<Outcome> {
  const args = ["--input-type=module", "-e", SERVER + program];
  const env = { ...process.env, NODE_ENV: "production" };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<Pick<Outcome, "code" | "signal">>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal })),
  );
  let output = "";
  const port = await new Promise<string>((resolve) =>
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      const [, found] = /port (\d+)\n/.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    }),
  );
  const bodies: Promise<string>[] = [];
  for (let n = 0; n < CLIENTS; n += 1) bodies.push((await open(`http://127.0.0.1:${port}${path}`)).body);
  child.kill(name);
  return { ...(await ended), bodies: await Promise.all(bodies), output };
}

/** Resolves with the first bytes; the body is there at the end. */
function open(url: string): Promise<{ body: Promise<string> }> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      let text = "";
      const body = new Promise<string>((settle) =>
        response.on("error", () => {}).on("close", () => settle(response.complete ? text : "cut")),
      );
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
        resolve({ body });
      });
    }).on("error", reject);
  });
}

const retryTimes = ({ bodies }: Outcome) =>
  bodies.flatMap((body) => [...body.matchAll(/^retry: (\d+)$/gm)].map(([, ms]) => Number(ms))).sort((a, b) => a - b);

const SPREAD = Array.from({ length: CLIENTS }, (_, n) => 500 + n * (2000 / CLIENTS));

test.concurrent.each(["/handed", "/kept"])("the process ends with the drain, with 0: %s", async (path) => {
  const outcome = await terminate("drainOnSignal([hub], options);", path);
  expect(outcome).toMatchObject({ code: 0, signal: null });
  expect(retryTimes(outcome)).toEqual(SPREAD);
});

test.concurrent.each(["drainOnSignal([hub], options)", "await register({ drain: options })"])(
  "the content store has everything before the process ends: %s",
  async (drains) => {
    const outcome = await terminate(`
      const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const put = async () => {
        while (hub.stats().connections > 0 || !hub.stats().isDraining) await wait(10);
        await wait(100);
        console.log("stored");
      };
      createHub({ contentStore: { put, get: () => undefined }, maxBytes: 256, oversize: "reference" });
      hub.publish("other", { event: "e", data: "x".repeat(300) });
      ${drains};
    `);
    expect(outcome).toMatchObject({ code: 0, output: expect.stringMatching(/stored/) });
  },
);

test.concurrent.each([
  { what: "when the server is closed", exit: "process.exit()", expected: 0 },
  { what: "as killed by the signal", exit: "process.exit(143)", expected: 0 },
  { what: "as failed", exit: "process.exit(7)", expected: 7 },
])("a handler that ends the process first, $what, waits for the streams", async ({ exit, expected }) => {
  const outcome = await terminate(`
    process.on("SIGTERM", () => server.close(() => ${exit}));
    drainOnSignal([hub], options);
  `);
  expect(outcome).toMatchObject({ code: expected, signal: null });
  expect(retryTimes(outcome)).toEqual(SPREAD);
});

test.concurrent("a handler that only closes the server is enough", async () => {
  const outcome = await terminate(
    `
      process.on("SIGTERM", () => server.close());
      server.keepAliveTimeout = 0; // connections that idle would never end
      drainOnSignal([hub], options);
    `,
    "/kept",
  );
  expect(outcome).toMatchObject({ code: 0, signal: null });
  expect(retryTimes(outcome)).toEqual(SPREAD);
});

test.concurrent("other signals by name", async () => {
  const outcome = await terminate('drainOnSignal([hub], { ...options, signals: ["SIGHUP"] });', "/handed", "SIGHUP");
  expect(outcome).toMatchObject({ code: 0, signal: null });
  expect(retryTimes(outcome)).toEqual(SPREAD);
});

test.concurrent("it can be taken back", async () => {
  const { bodies, ...ended } = await terminate("drainOnSignal([hub], options)();");
  expect(ended).toMatchObject({ code: null, signal: "SIGTERM" });
  expect(bodies).toEqual(Array(CLIENTS).fill("cut"));
});

test.concurrent("register drains all hubs of the process", async () => {
  const outcome = await terminate("await register({ drain: options });");
  expect(outcome).toMatchObject({ code: 0, signal: null });
  expect(retryTimes(outcome)).toEqual(SPREAD);
});

test.concurrent.each([
  "drainOnSignal([hub], options); await register();",
  "await register(); drainOnSignal([hub], options);",
])("register leaves it to the app: %s", async (program) => {
  const outcome = await terminate(program);
  expect(outcome).toMatchObject({ code: 0, signal: null });
  expect(retryTimes(outcome)).toEqual(SPREAD);
});

test.concurrent("register leaves it, if told so", async () => {
  const { bodies, ...ended } = await terminate("await register({ drain: false });");
  expect(ended).toMatchObject({ code: null, signal: "SIGTERM" });
  expect(bodies).toEqual(Array(CLIENTS).fill("cut"));
});
