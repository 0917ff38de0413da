// A peer that is a Node process of its own, driven over IPC.
import { resolve } from "node:path";
import { end, root, start } from "../../scripts/lib/process.mjs";
import { Conversation } from "./conversation.mjs";

export class NodePeer {
  port = 0;
  #file;
  #args;
  #child;
  #conversation;

  constructor(name, args = [], folder = "peers") {
    this.#file = resolve(root, "bench", folder, `${name}.mjs`);
    this.#args = args;
  }

  async start() {
    const child = start(process.execPath, ["--expose-gc", this.#file, ...this.#args], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { NODE_ENV: "production" },
    });
    this.#child = child;
    this.#conversation = new Conversation((message) => child.send(message, () => {}));
    const listening = new Promise((resolve, reject) => {
      child.on("message", (message) => (message.port ? resolve(message.port) : this.#conversation.onAnswer(message)));
      child.once("exit", (code, signal) => {
        const error = new Error(`${this.#file} ended: ${signal ?? code}`);
        this.#conversation.fail(error);
        reject(error);
      });
    });
    this.port = await listening;
  }

  async ask(command) {
    const answer = await this.#conversation.ask(command);
    if (answer.problem) throw new Error(answer.problem);
    return answer;
  }

  async stop() {
    await end(this.#child);
  }

  /** It ends as a process does that has nothing more to do; `stop` kills it. */
  async leave() {
    const ended = new Promise((settle) => this.#child.once("exit", settle));
    this.#child.disconnect();
    await ended;
  }
}
