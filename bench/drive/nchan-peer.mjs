// Nchan as a peer. Its publisher is this process: POST requests on one connection. Those of a burst follow each other as soon
// as one is answered; those that are published together are pipelined.
import { connect } from "node:net";
import { createCommands } from "../peers/lib/commands.mjs";
import { installNchan, Nginx } from "./nginx.mjs";

export class NchanPeer {
  port = 0;
  #nginx;
  #publisher;
  #run;
  #pending = "";
  #onAnswer;

  async start() {
    await installNchan();
    this.#nginx = new Nginx();
    await this.#nginx.start();
    this.port = this.#nginx.port;
    this.#publisher = connect({ port: this.port, host: "127.0.0.1", noDelay: true });
    this.#publisher.on("error", () => {}); // what does not arrive is missed by the load client
    this.#publisher.on("data", () => {
      const next = this.#onAnswer;
      this.#onAnswer = undefined;
      next?.();
    });
    this.#run = createCommands({
      publish: ({ data }) => this.#publish(data),
      connections: () => 0,
      turn: (next) => {
        this.#onAnswer = next;
      },
    });
  }

  /** What is published in one turn leaves in one write. */
  #publish(data) {
    const body = JSON.stringify(data);
    if (this.#pending === "") setImmediate(() => this.#flush());
    this.#pending += `POST /publish HTTP/1.1\r\nHost: bench\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    if (this.#pending.length > 65_536) this.#flush();
  }

  #flush() {
    if (this.#pending !== "") this.#publisher.write(this.#pending);
    this.#pending = "";
  }

  async ask(command) {
    if (command.do === "usage") return { ...this.#nginx.usage(), connections: await this.#nginx.subscribers() };
    // How long a publish took is this process's affair and nothing of Nchan's.
    const { startedAtNs } = await this.#run(command);
    return { startedAtNs };
  }

  async stop() {
    this.#publisher?.destroy();
    await this.#nginx?.stop();
  }
}
