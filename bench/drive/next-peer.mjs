// The Next.js application: built when something it is made of changed, driven over HTTP by its route /control.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashOf, hashOfFiles, Stamp } from "../../scripts/lib/files.mjs";
import { nextBin } from "../../scripts/lib/next.mjs";
import { freePort } from "../../scripts/lib/port.mjs";
import { end, root, run, start } from "../../scripts/lib/process.mjs";

const folder = join(root, "bench/peers/next-app");
const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };

async function buildOnce() {
  const stamp = new Stamp("bench/peers/next-app/.next/bench-built");
  const inputs = hashOf(hashOfFiles(["bench/peers", "package-lock.json"]), hashOfFiles(["dist"], { all: true }));
  if (stamp.matches(inputs)) return;
  stamp.clear();
  const { ok, output } = await run(process.execPath, [nextBin(folder), "build"], { cwd: folder, env });
  if (!ok) throw new Error(`next build failed:\n${output}`);
  stamp.set(inputs);
}

export class NextPeer {
  port = 0;
  #via;
  #child;

  /** @param via who publishes: "readable" or "millrace" */
  constructor(via) {
    this.#via = via;
  }

  async start() {
    await buildOnce();
    this.port = await freePort();
    const args = ["--expose-gc", nextBin(folder), "start", "--port", String(this.port), "--hostname", "127.0.0.1"];
    this.#child = start(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (
        await this.ask({ do: "usage" }).then(
          () => true,
          () => false,
        )
      )
        return;
      await sleep(50);
    }
    throw new Error("next start does not answer");
  }

  async ask(command) {
    const response = await fetch(`http://127.0.0.1:${this.port}/control`, {
      method: "POST",
      body: JSON.stringify({ via: this.#via, ...command }),
    });
    const answer = await response.json();
    if (answer.problem) throw new Error(answer.problem);
    return answer;
  }

  async stop() {
    await end(this.#child);
  }
}
