import { type ChildProcess, spawn } from "node:child_process";
import { freePort } from "../../scripts/lib/port.mjs";

/** Runs a command to its end; gives its output, or throws with it. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`));
    });
  });
}

/** How a process has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Everything the server has printed. */
  readonly output: () => string;
  stop(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1 (given as PORT) and waits until it answers. */
export async function startServer(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const port = await freePort();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, PORT: String(port), HOSTNAME: "127.0.0.1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      output += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise<Ended>((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  const endedEarly = ended.then(({ code }) => {
    throw new Error(`${command} ended with ${code} before it answered:\n${output}`);
  });
  endedEarly.catch(() => {});
  await Promise.race([answers(url), endedEarly]);
  return { url, pid: child.pid ?? 0, ended, output: () => output, stop: () => stop(child) };
}

async function answers(url: string): Promise<void> {
  for (;;) {
    try {
      await (await fetch(url)).text();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Ends the process and all it has started. */
function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      resolve();
      return;
    }
    child.on("close", () => resolve());
    process.kill(-child.pid, "SIGKILL");
  });
}
