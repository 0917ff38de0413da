// Runs other programs. Each gets a process group of its own, so that nothing it started outlives it.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(fileURLToPath(import.meta.url), "../../..");
export const cores = availableParallelism();

const running = new Set();

/** Ends a process group; harmless when it has ended already. */
export function killGroup(child, signal = "SIGKILL") {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It is gone.
  }
}

/** What a process has started, and what that has started; on Linux only, elsewhere nothing. */
function descendantsOf(pid) {
  if (!existsSync("/proc/self/stat")) return [];
  const childrenOf = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      // The name, in parentheses, may have spaces in it; the parent is the second field behind that.
      const [, parent] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1).split(" ");
      childrenOf.set(Number(parent), [...(childrenOf.get(Number(parent)) ?? []), Number(name)]);
    } catch {
      // It is gone.
    }
  }
  const found = [pid];
  for (const one of found) found.push(...(childrenOf.get(one) ?? []));
  return found.slice(1);
}

/** Ends a program and everything that it has started, process groups of their own included: tests start servers so. */
function killTree(child) {
  const descendants = descendantsOf(child.pid);
  killGroup(child);
  for (const pid of descendants) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It is gone.
    }
  }
}

/** Ends a program's process group, and waits for that. Does nothing where it has ended, or was never started. */
export async function end(child) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((settle) => child.once("exit", settle));
  killGroup(child);
  await ended;
}

function killAll() {
  for (const child of running) killTree(child);
}
process.once("exit", killAll);
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  // A script that handles the signal itself (start.mjs) has added its listener by then and decides.
  process.on(signal, () => process.listenerCount(signal) === 1 && process.exit(code));
}

/**
 * Starts a program in a process group of its own.
 * `env` is added to the environment; `stdio` is node:child_process's.
 */
export function start(command, args, { cwd = root, env = {}, stdio = ["ignore", "pipe", "pipe"] } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio, detached: true });
  running.add(child);
  child.once("close", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/**
 * Runs a program to its end. Resolves to { ok, code, output } with stdout and stderr as they came; never rejects.
 * After `timeoutMs` it is killed with everything that it has started, and the output says so. `echo` shows the output as it comes.
 */
export function run(command, args, { timeoutMs = 45 * 60_000, echo = false, ...options } = {}) {
  return new Promise((settle) => {
    const child = start(command, args, options);
    const chunks = [];
    const finish = (code, note = "") =>
      settle({ ok: code === 0 && note === "", code, output: Buffer.concat(chunks).toString() + note });
    let note = "";
    const timer = setTimeout(() => {
      note = `\n${command} ${args.join(" ")}: killed after ${timeoutMs / 1000} s\n`;
      killTree(child);
    }, timeoutMs);
    for (const [stream, own] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream?.on("data", (chunk) => {
        chunks.push(chunk);
        if (echo) own.write(chunk);
      });
    }
    child.once("error", (error) => {
      clearTimeout(timer);
      finish(127, `${command}: ${error.message}\n`);
    });
    // "exit", not "close": a grandchild that keeps the pipe open must not keep us waiting.
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      const settleNow = () => finish(code ?? 1, note || (signal ? `\n${command}: ended by ${signal}\n` : ""));
      const patience = setTimeout(settleNow, 1000);
      child.once("close", () => {
        clearTimeout(patience);
        settleNow();
      });
    });
  });
}

/** The program of an npm package, run by this Node: [command, args]. */
export function nodeTool(file, ...args) {
  return [process.execPath, [resolve(root, "node_modules", file), ...args]];
}

/** Maps over items with as many at once as there are cores, keeping the order of the results. */
export async function mapParallel(items, work, atOnce = cores) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
