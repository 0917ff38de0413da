// Starts the demo: builds it if need be, serves it on 127.0.0.1, and ends its output with the address.
// PORT asks for a port (3000); a busy one gives way to the next that is free. Ctrl-C stops it.
import { createServer } from "node:net";
import { buildExample, exampleFolder } from "./example.mjs";
import { nextBin } from "./lib/next.mjs";
import { killGroup, start } from "./lib/process.mjs";

const host = "127.0.0.1";
const startMs = 60_000;
const stopMs = 2_000;

async function isFree(port) {
  const server = createServer();
  return new Promise((settle) => {
    server.once("error", () => settle(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => settle(true)));
  });
}

async function freePort(from) {
  for (let port = from; port < Math.min(from + 100, 65_536); port += 1) if (await isFree(port)) return port;
  throw new Error(`start: no free port from ${from} on`);
}

async function answers(address) {
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

const wanted = Number(process.env.PORT || 3000);
if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535) {
  console.error(`start: PORT is "${process.env.PORT}", not a port`);
  process.exit(2);
}

console.log("Building the demo, if something changed");
const built = await buildExample();
if (!built.ok) {
  console.error(built.output);
  process.exit(1);
}

const port = await freePort(wanted);
if (port !== wanted) console.log(`Port ${wanted} is taken`);
const address = `http://${host}:${port}`;
const server = start(process.execPath, [nextBin(exampleFolder), "start", "-H", host, "-p", String(port)], {
  cwd: exampleFolder,
  env: { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
});
// Its greeting would bury the address, so what it says shows from then on; if it dies first, all of it.
let early = [];
for (const [stream, own] of [
  [server.stdout, process.stdout],
  [server.stderr, process.stderr],
]) {
  stream.on("data", (chunk) => (early === undefined ? own.write(chunk) : early.push(chunk)));
}

let stopping = false;
server.once("exit", (code) => {
  if (early !== undefined) process.stderr.write(Buffer.concat(early));
  if (!stopping) console.error(`start: the server ended with code ${code}`);
  process.exit(stopping ? 0 : (code ?? 1));
});

/** The streams of many tabs end in waves, which take longer than somebody likes to wait. */
function stop() {
  if (stopping) return;
  stopping = true;
  killGroup(server, "SIGTERM");
  setTimeout(() => killGroup(server), stopMs);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
// npm hands on Ctrl-C but not every other end: without the parent that started us, stop too.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && stop(), 1000).unref();

const deadline = performance.now() + startMs;
while (!(await answers(address))) {
  if (stopping) break;
  if (performance.now() > deadline) {
    console.error(`start: ${address} did not answer within ${startMs / 1000} s`);
    process.stderr.write(Buffer.concat(early));
    early = undefined;
    killGroup(server);
    process.exit(1);
  }
  await new Promise((wake) => setTimeout(wake, 200));
}
if (!stopping) {
  early = undefined;
  console.log(`The Millrace demo is at ${address}`);
}
