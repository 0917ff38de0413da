import { Program } from "./program.mjs";

/** The answer says what went wrong: what was lost or repeated must never look like a slow peer. */
export class DeliveryError extends Error {}

/** The load client; see bench/load/control.hpp for its commands. */
export class LoadClient {
  #program = new Program("load");

  /** Opens a group of connections and waits until each has the response's head. */
  async connect(options) {
    const answer = await this.#program.ask({ do: "connect", ...options });
    if (answer.open !== options.connections)
      throw new Error(`${answer.open} of ${options.connections} connections opened: ${answer.problem}`);
    return answer;
  }

  /** Waits until every reading connection has so many events since it was opened, and none has more. */
  async expect(events, { timeoutMs = 20_000, group = "main" } = {}) {
    const answer = await this.#program.ask({ do: "expect", group, events, timeoutMs });
    this.#check(answer, events);
    return answer;
  }

  #check(answer, events) {
    const { complete, missing, problem, least, most, lost, repeated, malformed } = answer;
    const found = `${least}..${most} of ${events} events, ${lost} lost, ${repeated} repeated, ${malformed} malformed`;
    if (!complete) throw new DeliveryError(`${missing} connections miss events (${problem}): ${found}`);
    if (least !== events || most !== events || lost + repeated + malformed > 0) throw new DeliveryError(found);
  }

  /** stats, mark, stall, resume, close. */
  ask(command, options = {}) {
    return this.#program.ask({ do: command, ...options });
  }

  stop() {
    return this.#program.stop();
  }
}
