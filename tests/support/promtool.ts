import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** scripts/setup unpacks it; a machine may have one of its own. */
const unpacked = join(process.cwd(), "build/tools/usr/bin/promtool");
const program = existsSync(unpacked) ? unpacked : "promtool";

/** Whether it can be run; where it cannot, its checks say so and count for nothing. */
export const hasPromtool = spawnSync(program, ["--version"]).status === 0;

/** Runs promtool with this text as its input; throws with what it says against it. */
export async function promtool(args: readonly string[], input = ""): Promise<void> {
  if (!hasPromtool) {
    console.warn(`promtool ${args.join(" ")} was skipped: there is no promtool on this machine`);
    return;
  }
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  child.stdin.end(input);
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`promtool ${args.join(" ")} ended with ${code}:\n${said}`);
}
