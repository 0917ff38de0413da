import type { Health, SessionState } from "../core/contract.js";
import { RESUME_TYPE } from "../shared/notices.js";
import { toCursorText, toEventText } from "./event-text.js";
import type { StreamEnd } from "./notices.js";
import { type SharedEvent, TabRing } from "./tab-ring.js";

export { shareNameOf } from "./tab-name.js";

/** How a connection is, as the tab that has it says. */
export interface TabState {
  readonly state: SessionState;
  readonly health: Health;
  readonly attempts: number;
  readonly transport: "stream" | "polling";
  readonly origin: string;
}

/** What a tab's client does with what it hears. */
export interface TabListener {
  /** This tab is to have the connection from now on. */
  lead(): void;
  /** Another tab has taken it over, since this one did not answer. */
  follow(): void;
  /** How the leader's connection is. */
  mirror(state: TabState): void;
  /** What the leader received, as the server would have sent it. */
  receive(bytes: Uint8Array): void;
  /** Another tab wants the connection to be made anew. */
  reconnect(): void;
  ended(end: StreamEnd): void;
  cursor(): string;
}

/** What tabs say to each other in the channel of one connection. */
type TabMessage =
  | { readonly kind: "hello"; readonly cursor: string }
  /** For one tab: how the connection is, and the events that the tab lacks. */
  | ({ readonly kind: "welcome"; readonly to: string; readonly hasGap: boolean; readonly state: TabState } & TabEvents)
  | { readonly kind: "state"; readonly state: TabState }
  | ({ readonly kind: "events" } & TabEvents)
  | { readonly kind: "reconnect" }
  | { readonly kind: "end"; readonly end: StreamEnd };

interface TabEvents {
  readonly events: readonly SharedEvent[];
  readonly cursor: string;
}

/** A leader is asked whether it is there when it has said nothing for so long; servers send heartbeats every 15 s. */
const LEADER_SILENT_MS = 60000;
/** It must make room when it does not answer for so long: its page is frozen, or hangs. */
const LEADER_ANSWERS_MS = 5000;

/**
 * One connection for all tabs of a browser that want the same. The tab that holds the Web Lock of the connection's name is the
 * leader: it streams or polls, and says in the BroadcastChannel of that name what it received and how it is. The others take
 * that as if it came from the server, each with a receiver of its own, which drops what it had. When the leader goes, the lock
 * goes to the next tab, which resumes from its own cursor; the others ask it for what lies between its events and theirs.
 */
export class TabSharing {
  readonly #name: string;
  readonly #listener: TabListener;
  readonly #tab = crypto.randomUUID();
  readonly #channel: BroadcastChannel;
  readonly #left = new AbortController();
  readonly #ring = new TabRing();
  #isQueued = false;
  #resign: (() => void) | undefined;
  /** Whose events follow what this tab has; undefined while it has yet to ask. */
  #leader: string | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #state: TabState | undefined;

  /** Whether tabs can find each other here: in a secure context of a browser. */
  static get isPossible(): boolean {
    return typeof BroadcastChannel !== "undefined" && globalThis.navigator?.locks !== undefined;
  }

  constructor(name: string, listener: TabListener) {
    this.#name = `millrace:${name}`;
    this.#listener = listener;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage & { from: string }>) => this.#hear(data, data.from);
    this.#queueForLead({ signal: this.#left.signal });
    this.#ask();
  }

  get isLeader(): boolean {
    return this.#resign !== undefined;
  }

  /** The leader tells the others how its connection is. */
  say(state: TabState): void {
    this.#state = state;
    if (this.isLeader) this.#post({ kind: "state", state });
  }

  /** What this tab received; a leader tells the others. */
  share(events: readonly SharedEvent[], cursor: string): void {
    this.#ring.add(events, cursor);
    if (this.isLeader) this.#post({ kind: "events", events, cursor });
  }

  reconnect(): void {
    this.#post({ kind: "reconnect" });
  }

  end(end: StreamEnd): void {
    if (this.isLeader) this.#post({ kind: "end", end });
  }

  /** The tab does not want the connection any more. */
  leave(): void {
    this.#left.abort();
    clearTimeout(this.#patience);
    this.#resign?.();
    this.#channel.close();
  }

  #queueForLead(options: LockOptions): void {
    this.#isQueued ||= options.steal !== true;
    const lead = () =>
      new Promise<void>((resolve) => {
        this.#isQueued &&= options.steal === true;
        if (this.#left.signal.aborted) return resolve();
        clearTimeout(this.#patience);
        this.#resign = resolve;
        this.#listener.lead();
      });
    navigator.locks.request(this.#name, options, lead).catch(() => {
      // It was stolen; or the tab has left while it was waiting.
      if (this.#left.signal.aborted || this.#resign === undefined) return;
      this.#resign = undefined;
      if (!this.#isQueued) this.#queueForLead({ signal: this.#left.signal });
      this.#listener.follow();
      this.#ask();
    });
  }

  /** Asks the leader for what this tab lacks, and takes its place if it does not answer. */
  #ask(): void {
    this.#leader = undefined;
    this.#post({ kind: "hello", cursor: this.#listener.cursor() });
    this.#wait(LEADER_ANSWERS_MS, () => this.#queueForLead({ steal: true }));
  }

  #wait(ms: number, run: () => void): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(run, ms);
  }

  #hear(message: TabMessage, from: string): void {
    if (this.isLeader) {
      if (message.kind === "hello") this.#welcome(from, message.cursor);
      if (message.kind === "reconnect") this.#listener.reconnect();
      return;
    }
    if (message.kind === "hello" || message.kind === "reconnect") return;
    if (message.kind === "welcome") {
      if (message.to !== this.#tab) return;
      this.#leader = from;
    } else if (from !== this.#leader) {
      // A new leader, whose events may not follow those of this tab.
      if (this.#leader !== undefined || message.kind === "state") this.#ask();
      return;
    }
    this.#wait(LEADER_SILENT_MS, () => this.#ask());
    if (message.kind === "end") {
      this.#listener.ended(message.end);
      return;
    }
    if (message.kind !== "events") this.#listener.mirror(message.state);
    if (message.kind !== "state")
      this.#listener.receive(toBytes(message, message.kind === "welcome" && message.hasGap));
  }

  #welcome(to: string, cursor: string): void {
    if (this.#state === undefined) return; // it follows as soon as there is one
    this.#post({ kind: "welcome", to, state: this.#state, ...this.#ring.after(cursor), cursor: this.#ring.cursor });
  }

  #post(message: TabMessage): void {
    if (!this.#left.signal.aborted) this.#channel.postMessage({ ...message, from: this.#tab });
  }
}

function toBytes({ events, cursor }: TabEvents, hasGap: boolean): Uint8Array {
  const gap = hasGap ? toEventText(RESUME_TYPE, '{"verdict":"gap"}', undefined) : "";
  const texts = events.map(({ type, data, lastEventId, hasOwnId, isRaw }) =>
    toEventText(type, data, hasOwnId ? lastEventId : undefined, isRaw),
  );
  return new TextEncoder().encode(gap + texts.join("") + (cursor && toCursorText(cursor)));
}
