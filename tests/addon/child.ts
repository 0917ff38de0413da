import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A process of its own that runs a program with the built package. */
export interface Child {
  readonly pid: number;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>;
  /** The first line of the output that begins so, without that; fails when the process ends before. */
  line(begin: string): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Writes to its input, where it has one. */
  say(text: string): void;
}

export function start(program: string, input: "ignore" | "pipe" = "ignore"): Child {
  return run(["--input-type=module", "-e", program], input);
}

/** The same, from a file of this name, for programs that start themselves again. */
export function startFile(name: string, program: string): Child {
  const folder = join(root, "build/test");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, program);
  return run([file]);
}

function run(args: string[], input: "ignore" | "pipe" = "ignore"): Child {
  const child = spawn(process.execPath, args, { cwd: root, stdio: [input, "pipe", "pipe"] });
  const { pid } = child;
  if (pid === undefined) throw new Error("The process did not start");
  let output = "";
  let hasEnded = false;
  let waiting: (() => void)[] = [];
  const changed = () => {
    const told = waiting;
    waiting = [];
    for (const tell of told) tell();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      output += text;
      changed();
    });
  }
  const ended = new Promise<Awaited<Child["ended"]>>((resolve) =>
    child.on("close", (code, signal) => {
      hasEnded = true;
      changed();
      resolve({ code, signal, output });
    }),
  );
  return {
    pid,
    ended,
    kill: (signal) => child.kill(signal),
    say: (text) => void child.stdin?.write(text),
    async line(begin) {
      while (true) {
        const lines = output.split("\n").slice(0, -1);
        const found = lines.find((one) => one.startsWith(begin));
        if (found !== undefined) return found.slice(begin.length);
        if (hasEnded) throw new Error(`The process ended after ${JSON.stringify(output)}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}
