import { Program } from "./program.mjs";

/** The bare `sendmsg` loop. */
export class BarePeer {
  port = 0;
  #program;

  async start() {
    this.#program = new Program("bare");
    this.port = (await this.#program.ask({ do: "start" })).port;
  }

  ask(command) {
    return this.#program.ask(command);
  }

  stop() {
    return this.#program?.stop();
  }
}
