// How long the first token of an answer takes from its source to its reader, by createChat and by a plain ReadableStream, in turn on one server.
//   node bench/first-token.mjs [--quick] [--answers=6000]
// Prints a table and writes bench/results/first-token.json.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { end, root } from "../scripts/lib/process.mjs";
import { printVerdicts, recordOf } from "./report.mjs";
import { spread } from "./statistics.mjs";

const quick = process.argv.includes("--quick");
const answers = Number(process.argv.find((one) => one.startsWith("--answers="))?.slice(10) ?? (quick ? 100 : 6000));
const repeats = quick ? 1 : 3;
const sides = ["plain", "route", "attach"];
const began = performance.now();
const now = () => performance.timeOrigin + performance.now();

const server = spawn(process.execPath, [join(root, "bench/chat/first-token-server.mjs")], {
  stdio: ["ignore", "pipe", "inherit"],
  detached: true,
});
const first = await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next();
const port = Number(String(first.value).slice("port ".length));
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds between the source's word and ours. */
function take(side, id) {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method: "POST", path: `/${side}`, agent }, (response) => {
      let text = "";
      let took;
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
        const at = took === undefined && /"delta":"at ([\d.]+)"/.exec(text);
        if (at) took = now() - Number(at[1]);
      });
      response.on("end", () =>
        text.includes("token19") ? resolve(took) : reject(new Error("The answer is not whole")),
      );
    });
    sent.once("error", reject);
    sent.end(JSON.stringify({ id }));
  });
}

const p99 = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)];
const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
const found = Object.fromEntries(sides.map((side) => [side, []]));
for (const side of sides) for (let n = 0; n < 100; n++) await take(side, "warm"); // what is compiled is compiled
for (let repeat = 0; repeat < repeats; repeat++) {
  const times = Object.fromEntries(sides.map((side) => [side, []]));
  for (let n = 0; n < answers / repeats; n++) {
    for (const side of n % 2 ? [...sides].reverse() : sides) times[side].push(await take(side, `${repeat} ${n}`));
  }
  for (const side of sides) found[side].push({ p99: p99(times[side]), median: median(times[side]) });
}
await end(server);
for (const side of sides) {
  const shown = (key) => spread(found[side].map((one) => one[key])).median.toFixed(3);
  console.log(`${side}: median ${shown("median")} ms, p99 ${shown("p99")} ms`);
}
const verdicts = ["route", "attach"].map((side) => {
  const ratio = spread(found[side].map((one, at) => one.p99 / found.plain[at].p99));
  const title = `the first token, p99 of ${answers / repeats}: createChat, ${side}`;
  const verdict = ratio.median <= 1.1 ? "met" : "missed";
  return { claim: "first token", title, what: "× a plain ReadableStream", atMost: 1.1, ...ratio, verdict };
});
printVerdicts(verdicts);
if (!quick) {
  const seconds = (performance.now() - began) / 1000;
  const record = recordOf({ results: new Map(), verdicts, repeats, quick, seconds, versions: {} });
  writeFileSync(join(root, "bench/results/first-token.json"), `${JSON.stringify(record, null, 2)}\n`);
}
process.exit();
