import type { SSEMessage } from "millrace/react";
import type { DemoEvents } from "../events";

const MOST_KEPT = 20_000;

/** What the hook has delivered to this page, in order: for the counters, the browser's console and the tests. */
export class Received {
  readonly events: SSEMessage<DemoEvents>[] = [];
  readonly #ids = new Set<string>();

  /** Says whether this event was here before. */
  add(message: SSEMessage<DemoEvents>): boolean {
    const isDuplicate = this.#ids.has(message.lastEventId);
    this.#ids.add(message.lastEventId);
    this.events.push(message);
    if (this.events.length > MOST_KEPT) {
      const [oldest] = this.events.splice(0, 1);
      if (oldest) this.#ids.delete(oldest.lastEventId);
    }
    return isDuplicate;
  }
}
