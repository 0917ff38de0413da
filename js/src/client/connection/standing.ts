import type { Health, SessionCore, SessionState } from "../../core/contract.js";
import type { TabLink } from "../tabs/tab-link.js";
import type { TabState } from "../tabs/tab-message.js";
import type { ClientStanding } from "./stream-driver.js";

/** How a client is: as its session says, or the tab that has its connection. */
export class Standing implements ClientStanding {
  state: SessionState = "disconnected";
  health: Health = "disconnected";
  hasEnded = true;
  completed = false;
  /** Where the events come from. */
  origin = "";
  readonly #session: SessionCore;
  readonly #tabs: TabLink;

  constructor(tabs: TabLink, session: SessionCore) {
    this.#tabs = tabs;
    this.#session = session;
  }

  get attempts(): number {
    return this.#tabs.mirror?.attempts ?? this.#session.attempts;
  }

  get transport(): "stream" | "polling" {
    return this.#tabs.mirror?.transport ?? (this.#session.isPolling ? "polling" : "stream");
  }

  get latencyMs(): number | null {
    return this.#session.latencyMs;
  }

  /** As the other tabs are told. */
  get shared(): TabState {
    const { state, health, attempts, transport, origin } = this;
    return this.#tabs.mirror ?? { state, health, attempts, transport, origin };
  }

  /** Updates state and health. Returns the events that tell of what has changed. */
  change(nowMs: number, wanted?: SessionState): Event[] {
    const { mirror } = this.#tabs;
    const session = this.hasEnded ? undefined : this.#session;
    // Before its first input a session is disconnected, and the client is not.
    const isIdle = session === undefined || (session.state === "disconnected" && mirror === undefined);
    const state = wanted ?? mirror?.state ?? (isIdle ? this.state : session.state);
    const isOver = state === "disconnected" || state === "error";
    const own = isOver ? "disconnected" : isIdle ? "degraded" : session.health(nowMs);
    const health = mirror?.health ?? own;
    const events = [];
    if (state !== this.state) events.push(new Event("statechange"));
    if (health !== this.health) events.push(new Event("healthchange"));
    this.state = state;
    this.health = health;
    if (events.length > 0) this.#tabs.say(this.shared);
    return events;
  }
}
