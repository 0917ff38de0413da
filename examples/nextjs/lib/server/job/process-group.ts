import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

const TERMINATE_MS = 3000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** A program with everything that it starts: they stop, go on and end together, at the latest with this server, unless that is killed without a word. */
export class ProcessGroup {
  /** The exit code; null when a signal ended it. Rejects where it could not be started. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  /** Nobody of the group holds the output any more. */
  #isOver = false;

  constructor({ command, args, cwd }: Command, onLine: (text: string) => void) {
    const env = { ...process.env, NINJA_STATUS: "[%f/%t] ", NODE_OPTIONS: "" };
    // A group of its own: a signal to -pid reaches compilers and tests, too.
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", onLine);
    const unhook = this.#endWithServer();
    this.exited = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    }).finally(() => {
      this.#isOver = true;
      unhook();
    });
  }

  pause(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  terminate(): void {
    this.#signal("SIGTERM");
    this.resume(); // what is stopped takes no other signal
    setTimeout(() => this.#signal("SIGKILL"), TERMINATE_MS).unref();
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#isOver) return; // the program may have ended, and what it has started goes on
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended in this very moment.
    }
  }

  #endWithServer(): () => void {
    const kill = () => this.#signal("SIGKILL");
    const onSignal = (signal: NodeJS.Signals) => {
      kill();
      // Nobody else handles it, so it ends the server as if this listener were not there.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    };
    process.once("exit", kill);
    for (const signal of SIGNALS) process.once(signal, onSignal);
    return () => {
      process.off("exit", kill);
      for (const signal of SIGNALS) process.off(signal, onSignal);
    };
  }
}
