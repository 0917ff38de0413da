import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { freePort } from "../../../scripts/lib/port.mjs";

export const demoFolder = join(import.meta.dirname, "../../../examples/nextjs");

const nextBin = createRequire(join(demoFolder, "package.json")).resolve("next/dist/bin/next");
const KILL_MS = 5000;

export type Environment = Readonly<Record<string, string>>;

/** Next.js serving an application on a free port of 127.0.0.1. */
export class NextServer {
  readonly url: string;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** `args`: Next.js's own. Resolves when it takes requests. */
  static async start(folder: string, args: readonly string[], env: Environment = {}): Promise<NextServer> {
    const port = await freePort();
    const child = next(folder, [...args, "-H", "127.0.0.1", "-p", String(port)], env);
    let output = "";
    const server = new NextServer(child, port);
    await new Promise<void>((resolve, reject) => {
      const onData = (data: Buffer) => {
        output += data;
        // It is ready to say that there is no build, too; whether it answers is what counts.
        if (output.includes("Ready in"))
          fetch(server.url).then(
            () => resolve(),
            () => {},
          );
      };
      child.stdout?.on("data", onData);
      child.stderr?.on("data", onData);
      child.once("error", reject);
      child.once("close", (code) => reject(new Error(`next ${args.join(" ")} ended with ${code}:\n${output}`)));
    });
    return server;
  }

  /** Asks it to end, so that it ends what it has started, too; then everything that is left is killed. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child.once("close", resolve));
    signal(child, "SIGTERM");
    const timer = setTimeout(() => signal(child, "SIGKILL"), KILL_MS);
    await closed;
    clearTimeout(timer);
  }
}

function next(cwd: string, args: readonly string[], added: Environment = {}): ChildProcess {
  // Jest's own NODE_ENV and NODE_OPTIONS are not for Next.js, and no test asks a model that somebody pays for.
  const { NODE_ENV: _, NODE_OPTIONS: __, OPENAI_BASE_URL: ___, ...env } = process.env;
  return spawn(process.execPath, [nextBin, ...args], {
    cwd,
    env: { ...env, ...added, NEXT_TELEMETRY_DISABLED: "1" } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid ?? 0), name);
  } catch {
    // The group has gone.
  }
}
