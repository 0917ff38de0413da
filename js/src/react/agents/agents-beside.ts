import { type AgentNetworkView, AgentReduction } from "./agent-reduction.js";

/** A session's agents, whose events come on the connection of something else. */
export class AgentsBeside {
  readonly #reduction = new AgentReduction();
  readonly #listeners = new Set<() => void>();

  /** Any event of the connection: others' are passed over. Errors of others have no session. */
  take(type: string, data: unknown): void {
    if (type === "error" && Object(data).session_id === undefined) return;
    const before = this.#reduction.view();
    this.#reduction.take(type, data);
    if (this.#reduction.view() === before) return;
    for (const listener of [...this.#listeners]) listener();
  }

  readonly view = (): AgentNetworkView => this.#reduction.view();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
