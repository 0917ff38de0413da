// What an answer of 5,000 tokens costs the server's processor, with 1 and with 100 readers, beside the npm package resumable-stream on a Redis of this machine.
//   node bench/chat.mjs [--quick] [--repeats=3]
// Prints a table and writes bench/results/chat.json. Needs Debian's redis-server: `apt-get install redis-server`. What Redis itself does is in nobody's figure.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../scripts/lib/port.mjs";
import { end, root } from "../scripts/lib/process.mjs";
import { packageVersion, printVerdicts, recordOf } from "./report.mjs";
import { spread } from "./statistics.mjs";

const quick = process.argv.includes("--quick");
const repeats = Number(process.argv.find((one) => one.startsWith("--repeats="))?.slice(10) ?? (quick ? 1 : 3));
const tokens = quick ? 500 : 5000;
const sides = ["createChat", "createChat, flushMs 20", "millrace/resumable", "resumable-stream"];
const began = performance.now();

const folder = mkdtempSync(join(tmpdir(), "millrace-redis-"));
const redisPort = await freePort();
const redis = spawn(
  "redis-server",
  ["--port", String(redisPort), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
  {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  },
);
redis.once("error", () => {
  throw new Error("bench/chat.mjs needs redis-server: apt-get install redis-server");
});
await lineWith(redis, "Ready to accept connections");

async function lineWith(child, text) {
  for await (const line of createInterface({ input: child.stdout })) if (line.includes(text)) return line;
  throw new Error(`It has ended without a word of ${text}`);
}

/** Reads an answer to its end, and checks that every token is in it once. Gives when it has begun, and when it has ended. */
function read(port, method) {
  let hasBegun;
  const beginning = new Promise((resolve) => {
    hasBegun = resolve;
  });
  const whole = new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method, path: "/", agent: false }, (response) => {
      hasBegun();
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => {
        // Tokens may have come together.
        const found = [...text.matchAll(/ token(\d+)/g)].map(([, n]) => Number(n));
        const isWhole = found.length === tokens && found.every((n, at) => n === at);
        isWhole ? resolve() : reject(new Error(`An answer of ${found.length} tokens`));
      });
    });
    sent.once("error", reject);
    sent.end(method === "POST" ? '{"id":"c"}' : undefined);
  });
  return { beginning, whole };
}

async function take(side, readers, pauseMs) {
  const args = [
    join(root, "bench/chat/server.mjs"),
    side,
    String(tokens),
    String(readers),
    String(pauseMs),
    `redis://127.0.0.1:${redisPort}`,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  try {
    const port = Number((await next()).slice("port ".length));
    const first = read(port, "POST");
    await first.beginning;
    const others = Array.from({ length: readers - 1 }, () => read(port, "GET"));
    await Promise.all(others.map(({ beginning }) => beginning));
    await fetch(`http://127.0.0.1:${port}/go`);
    await Promise.all([first, ...others].map(({ whole }) => whole));
    return Number((await next()).slice("cpu ".length));
  } finally {
    await end(child);
  }
}

const targets = { 1: 1 / 5, 100: 1 / 50 };
const verdicts = [];
for (const [pace, pauseMs] of [
  ["at once", 0],
  ["1 a ms", 1],
]) {
  for (const readers of [1, 100]) {
    const found = Object.fromEntries(sides.map((side) => [side, []]));
    for (let n = 0; n < repeats; n++) {
      for (const side of n % 2 ? [...sides].reverse() : sides) found[side].push(await take(side, readers, pauseMs));
    }
    for (const side of sides) {
      console.log(`${pace}, ${readers} readers, ${side}: ${spread(found[side]).median.toFixed(0)} ms of the processor`);
    }
    for (const side of sides.slice(0, -1)) {
      const ratio = spread(found[side].map((ms, at) => ms / found["resumable-stream"][at]));
      const atMost = targets[readers];
      const verdict = ratio.median <= atMost ? "met" : "missed";
      const title = `${tokens} tokens ${pace}, ${readers} readers: ${side}`;
      verdicts.push({ claim: "cpu", title, what: "× resumable-stream", atMost, ...ratio, verdict });
    }
  }
}
await end(redis);
rmSync(folder, { recursive: true });
printVerdicts(verdicts);
if (!quick) {
  const versions = { "resumable-stream": packageVersion("resumable-stream"), redis: packageVersion("redis") };
  const seconds = (performance.now() - began) / 1000;
  const record = recordOf({ results: new Map(), verdicts, repeats, quick, seconds, versions });
  writeFileSync(join(root, "bench/results/chat.json"), `${JSON.stringify(record, null, 2)}\n`);
}
process.exit();
