// A C++ program of the bench: built when its sources changed, driven by lines of JSON.
import { join } from "node:path";
import { createInterface } from "node:readline";
import { killGroup, root, run, start } from "../../scripts/lib/process.mjs";
import { Conversation } from "./conversation.mjs";

const folder = "build/bench/programs";

/** The path of something that was built. */
export const builtFile = (name) => join(root, folder, name);

/** Builds the load client, the bare loop, and further targets of bench/CMakeLists.txt, in Release. */
export async function buildPrograms(...targets) {
  for (const args of [
    ["-S", "bench", "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
    ["--build", folder, "--parallel", "--target", "all", ...targets],
  ]) {
    const { ok, output } = await run("cmake", args);
    if (!ok) throw new Error(`cmake ${args.join(" ")} failed:\n${output}`);
  }
}

export class Program {
  #child;
  #conversation;

  constructor(name) {
    this.#child = start(builtFile(name), [], { stdio: ["pipe", "pipe", "inherit"] });
    this.#conversation = new Conversation((message) => this.#child.stdin.write(`${JSON.stringify(message)}\n`));
    this.#child.stdin.on("error", () => {}); // its end is told below
    this.#child.once("error", (error) => this.#conversation.fail(error));
    this.#child.once("exit", (code, signal) => this.#conversation.fail(new Error(`${name} ended: ${signal ?? code}`)));
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#conversation.onAnswer(JSON.parse(line)));
  }

  ask(message) {
    return this.#conversation.ask(message);
  }

  stop() {
    const ended = new Promise((settle) => this.#child.once("exit", settle));
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return undefined;
    killGroup(this.#child);
    return ended;
  }
}
