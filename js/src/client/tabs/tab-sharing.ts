import { SSEError, type SSEErrorCode } from "../../shared/errors.js";
import type { Clock } from "../options/clock.js";
import type { StreamEnd } from "../stream/notices.js";
import type { Presence } from "./presence.js";
import { TabLog } from "./tab-log.js";
import {
  readMessage,
  type SharedEvent,
  type TabEnd,
  type TabMessage,
  type TabPlace,
  type TabState,
  toBytes,
} from "./tab-message.js";

/** The connection that tabs share, in this tab. */
export interface TabHost {
  /** Makes the connection; `wasAsked`: it was made before, here or in another tab. */
  begin(wasAsked: boolean): void;
  /** Whether what was asked for may be asked for once more. */
  mayAskAgain(): boolean;
  /** Ends it: another tab has it, or is to have it. */
  end(): void;
  status(): TabState;
  /** The tab that has it says how it is; `hasOpened` where it was not connected before. */
  mirrored(state: TabState, hasOpened: boolean): void;
  /** What the leader received, as the server would have sent it; a connection `isNew` that continues another. */
  receive(bytes: Uint8Array, isNew: boolean): void;
  reconnect(): void;
  /** The stream has ended in the tab that has it, or there is no getting it. */
  ended(end: StreamEnd | SSEError): void;
  cursor(): string;
}

/** What a browser has for tabs to find each other. */
export interface TabPlatform {
  readonly locks: Pick<LockManager, "request">;
  open(name: string): Pick<BroadcastChannel, "postMessage" | "close" | "onmessage">;
  /** See {@link Presence}. */
  follow(put: (presence: Presence) => void): () => void;
  readonly clock: Clock;
}

/** A leader is asked whether it is there when it has said nothing for so long; servers send heartbeats every 15 s. */
const LEADER_SILENT_MS = 60000;
/** It must make room when it does not answer for so long: its page hangs. */
const LEADER_ANSWERS_MS = 5000;
/** A timer that is so late was not running, and neither was whatever would have heard an answer. */
const LATE_MS = 1000;
/** A tab that catches up by itself asks again whether it may follow. */
const CATCH_UP_MS = 1000;
/** So long the lock is kept after the end, so that the end arrives before it. */
const END_ARRIVES_MS = 100;

type Stage =
  /** There is no connection here, and none is known elsewhere. */
  | "asking"
  /** Another tab has the connection, and tells what comes. */
  | "following"
  /** This tab has the connection, and the lock. */
  | "leading"
  /** This tab gets what the leader no longer has from the server itself, until it can follow. */
  | "catching up"
  /** The page cannot run. */
  | "away"
  | "left";

/**
 * One connection for all tabs of a browser that want the same. The tab that holds the Web Lock of the connection's name is the
 * leader: it streams or polls, and says in the BroadcastChannel of that name what it received and how it is. The others take
 * that as if it came from the server. When the leader goes, the lock goes to the next tab, which resumes from its own cursor;
 * the others ask it for what lies between its events and theirs. A tab that cannot have a connection is not in the queue.
 */
export class TabSharing {
  /** How the connection is in the tab that has it, where that is another one. */
  mirror: TabState | undefined;
  readonly #name: string;
  readonly #host: TabHost;
  readonly #platform: TabPlatform;
  readonly #pausesWhenHidden: boolean;
  readonly #tab = randomName();
  readonly #log = new TabLog();
  #stage: Stage = "asking";
  #presence: Presence = "here";
  #channel: ReturnType<TabPlatform["open"]> | undefined;
  /** Ends the request for the lock, or its possession. */
  #leaveQueue: (() => void) | undefined;
  /** The cursor with which this tab came to its leader, who may have been further back. */
  #floor = "";
  /** Counts what this tab has asked: who hung may answer what is no question any more. */
  #asked = 0;
  #timer: unknown;
  #catchUpMs = CATCH_UP_MS;
  /** This tab or another has asked for the stream before. */
  #wasAsked = false;
  readonly #unfollow: () => void;
  /** How the connection was when this tab last said so. */
  #said: TabState | undefined;
  /** What ended it in this tab, as long as there may be who has yet to hear of it. */
  #end: TabEnd | undefined;

  /** @throws what the platform does, where it has it and refuses it. */
  constructor(name: string, host: TabHost, platform: TabPlatform, pausesWhenHidden: boolean) {
    this.#name = `millrace 1:${name}`;
    this.#host = host;
    this.#platform = platform;
    this.#pausesWhenHidden = pausesWhenHidden;
    this.#openChannel();
    this.#unfollow = platform.follow((presence) => this.#move(presence));
    if (this.#isAble()) this.#queue();
    this.#ask();
  }

  get isLeader(): boolean {
    return this.#stage === "leading";
  }

  /** The leader tells the others how its connection is. */
  say(state: TabState): void {
    const { place } = this.#log;
    if (!this.isLeader || !place) return;
    this.#said = state;
    this.#post({ kind: "state", term: place.term, state });
  }

  /** What this tab received from the server; a leader tells the others. */
  share(events: readonly SharedEvent[], cursor: string): void {
    const { place } = this.#log;
    if (!place || (this.#stage !== "leading" && this.#stage !== "catching up")) return;
    this.#log.add(events, cursor);
    if (this.isLeader) this.#post({ kind: "events", ...place, events, cursor });
  }

  /** Asks the tab that has the connection to make it anew. */
  reconnect(): void {
    this.#post({ kind: "reconnect" });
  }

  /** The tab does not want the connection any more; with an end, no tab can have it. */
  leave(end?: TabEnd): void {
    const { place } = this.#log;
    const isTold = end !== undefined && this.isLeader && place !== undefined;
    if (isTold) this.#post({ kind: "end", term: place.term, end });
    this.#stage = "left";
    this.#unfollow();
    this.#clearTimer();
    this.mirror = undefined;
    if (isTold) {
      this.#end = end;
      this.#wait(END_ARRIVES_MS, () => this.finish());
    } else this.finish();
  }

  /** Makes room for another connection of this tab's: its end was told for long enough. */
  finish(): void {
    this.#clearTimer();
    this.#end = undefined;
    this.#leaveQueue?.();
    this.#closeChannel();
  }

  // --- the page

  #move(presence: Presence): void {
    const before = this.#presence;
    if (presence === before) return;
    this.#presence = presence;
    if (this.#stage === "left") return;
    const wasAble = this.#isAble(before);
    const isAble = this.#isAble();
    // To give it up would be to lose it: it goes on for as long as the page lives.
    if (!isAble && this.isLeader && !this.#host.mayAskAgain()) return;
    if (presence === "away") {
      this.#rest("away");
      this.#clearTimer();
      this.#closeChannel();
      return;
    }
    if (this.#stage === "away") {
      this.#openChannel();
      this.#stage = "asking";
    }
    if (isAble && !this.isLeader && !this.#leaveQueue) this.#queue();
    if (!isAble && wasAble) this.#rest(this.#stage === "following" ? "following" : "asking");
    else if (this.#stage === "asking") this.#ask();
  }

  #isAble(presence = this.#presence): boolean {
    return presence === "here" || (presence === "hidden" && !this.#pausesWhenHidden);
  }

  /** This tab is not to have a connection for a while. */
  #rest(stage: Stage): void {
    const hasOwn = this.#stage === "leading" || this.#stage === "catching up";
    this.#stage = stage;
    this.#leaveQueue?.();
    if (hasOwn) this.#yield();
    if (hasOwn && stage === "asking") this.#wait(LEADER_SILENT_MS, () => this.#ask());
  }

  #yield(): void {
    this.mirror = { ...this.#host.status(), state: "reconnecting", health: "degraded" };
    this.#host.end();
  }

  #openChannel(): void {
    this.#channel = this.#platform.open(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent) => {
      const message = readMessage(data);
      if (message) this.#hear(message);
    };
  }

  #closeChannel(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  // --- the lock

  /** Waits for the lock, or takes it from a tab that does not answer. */
  #queue(steal = false): void {
    this.#leaveQueue?.();
    const left = new AbortController();
    let release: (() => void) | undefined;
    const leaveQueue = () => {
      if (this.#leaveQueue === leaveQueue) this.#leaveQueue = undefined;
      left.abort();
      release?.();
    };
    this.#leaveQueue = leaveQueue;
    const hold = () =>
      new Promise<void>((resolve) => {
        if (left.signal.aborted) return resolve();
        release = resolve;
        this.#lead();
      });
    // Only a request that waits can be aborted.
    const options: LockOptions = steal ? { steal } : { signal: left.signal };
    Promise.resolve()
      .then(() => this.#platform.locks.request(this.#name, options, hold))
      .catch((cause: unknown) => {
        if (left.signal.aborted) return;
        this.#leaveQueue = undefined;
        if (release) this.#robbed();
        // Taken away before this page could run.
        else if (Object(cause).name === "AbortError") this.#queue();
        else this.#beAlone();
      });
  }

  #lead(): void {
    const hasOwn = this.#stage === "catching up";
    this.#clearTimer();
    this.#stage = "leading";
    this.#asked++;
    this.mirror = undefined;
    this.#log.begin(randomName());
    this.say(this.#host.status());
    const before = this.#wasAsked;
    this.#wasAsked = true;
    if (!hasOwn) this.#host.begin(before);
  }

  #robbed(): void {
    this.#stage = "asking";
    this.#yield();
    if (this.#isAble()) this.#queue();
    this.#ask();
  }

  /** There are locks, and the browser refuses them here. */
  #beAlone(): void {
    const hasOwn = this.#stage === "leading" || this.#stage === "catching up";
    this.leave();
    if (!hasOwn) this.#host.begin(this.#wasAsked);
  }

  // --- the others

  /** Asks the leader for what this tab lacks, and takes its place if it does not answer. */
  #ask(place: TabPlace | undefined = this.#log.place): void {
    if (this.#stage === "following") this.#stage = "asking";
    this.#post({ kind: "hello", ask: ++this.#asked, place, cursor: this.#host.cursor() });
    if (this.#stage === "catching up") return;
    this.#wait(LEADER_ANSWERS_MS, (isLate) => {
      if (isLate) this.#ask();
      else if (this.#isAble()) {
        this.#wasAsked = true; // whoever has the lock
        this.#queue(true);
      } else this.#wait(LEADER_SILENT_MS, () => this.#ask());
    });
  }

  #hear(message: TabMessage): void {
    if (this.#stage === "leading") {
      if (message.kind === "hello") this.#welcome(message);
      if (message.kind === "reconnect") this.#host.reconnect();
      return;
    }
    if (this.#stage === "left") {
      if (message.kind === "hello") this.#tellEnd(message);
      return;
    }
    if (message.kind === "hello" || message.kind === "reconnect") return;
    if (message.kind === "welcome") {
      if (message.to === this.#tab && message.ask === this.#asked) this.#follow(message);
      return;
    }
    this.#wasAsked = true;
    if (this.#stage === "catching up") return;
    const { place } = this.#log;
    const isNext = place?.term === message.term && (message.kind !== "events" || message.at === place.at);
    if (this.#stage !== "following" || !isNext) {
      // A leader whose events may not follow those of this tab.
      if (this.#stage === "following" || message.kind === "state") this.#ask();
      return;
    }
    this.#wait(LEADER_SILENT_MS, () => this.#ask());
    if (message.kind === "end") this.#host.ended(toEnd(message.end));
    else if (message.kind === "state") this.#mirror(message.state);
    else this.#take(message.events, message.cursor);
  }

  #follow(message: Extract<TabMessage, { kind: "welcome" }>): void {
    const { term, at, events, cursor, state, isBehind, beginning } = message;
    const hasOwn = this.#stage === "catching up";
    this.#wasAsked = true;
    this.#wait(LEADER_SILENT_MS, () => this.#ask());
    if (isBehind && this.#host.cursor() !== "" && this.#host.mayAskAgain()) {
      // Where the leader is to begin, or whether the server can be had, is known when it is connected: it says so.
      if (state.state !== "connected" && !hasOwn) this.#mirror(state);
      else if (this.#isAble()) this.#catchUp();
      return;
    }
    const isNew = this.#log.place?.term !== term;
    this.#stage = "following";
    if (isNew || isBehind) this.#log.begin(term, at, beginning);
    if (isNew) this.#floor = this.#host.cursor();
    this.#mirror(state, hasOwn);
    if (this.#stage !== "following") return;
    this.#take(events, cursor, { beginning: isNew ? beginning : undefined, hasGap: isBehind }, isNew);
  }

  #take(
    events: readonly SharedEvent[],
    cursor: string,
    before: Parameters<typeof toBytes>[2] = {},
    isNew = false,
  ): void {
    const news = this.#log.addAfter(this.#floor, events, cursor);
    this.#host.receive(toBytes(news.events, news.cursor, before), isNew);
  }

  #mirror(state: TabState, hasOwn = false): void {
    const hasOpened = state.state === "connected" && this.#host.status().state !== "connected";
    this.mirror = state;
    if (hasOwn) this.#host.end();
    this.#host.mirrored(state, hasOpened);
  }

  /** What the leader no longer has, the server may have. */
  #catchUp(): void {
    if (this.#stage === "catching up") this.#catchUpMs = Math.min(this.#catchUpMs * 2, LEADER_SILENT_MS);
    else {
      this.#catchUpMs = CATCH_UP_MS;
      this.#stage = "catching up";
      this.mirror = undefined;
      this.#log.begin(randomName());
      this.#host.begin(true);
    }
    // Its place is that of its cursor, for the leader has not told it what it has since.
    const again = () => {
      this.#post({ kind: "hello", ask: ++this.#asked, cursor: this.#host.cursor() });
      this.#wait(this.#catchUpMs, again);
    };
    if (this.#stage === "catching up") this.#wait(this.#catchUpMs, again);
  }

  #welcome(
    { from, ask, place, cursor }: Extract<TabMessage, { kind: "hello" }>,
    state: TabState = this.#host.status(),
  ): void {
    this.#post({ kind: "welcome", to: from, ask, state, ...this.#log.after(place, cursor) });
  }

  /** Who comes when it has just ended gets what there was, and its end. */
  #tellEnd(hello: Extract<TabMessage, { kind: "hello" }>): void {
    const { place } = this.#log;
    if (this.#end === undefined || !place) return;
    this.#welcome(hello, this.#said);
    this.#post({ kind: "end", term: place.term, end: this.#end });
  }

  #post(message: WithoutFrom<TabMessage>): void {
    this.#channel?.postMessage({ ...message, from: this.#tab });
  }

  #wait(ms: number, run: (isLate: boolean) => void): void {
    const { clock } = this.#platform;
    this.#clearTimer();
    const dueMs = clock.now() + ms;
    this.#timer = clock.setTimer(() => run(clock.now() > dueMs + LATE_MS), ms);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#platform.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}

type WithoutFrom<Message> = Message extends unknown ? Omit<Message, "from"> : never;

function toEnd(end: TabEnd): StreamEnd | SSEError {
  if ("reason" in end) return end;
  return new SSEError(end.code as SSEErrorCode, end.message, end.status === undefined ? {} : { status: end.status });
}

/** `crypto.randomUUID` is there in secure contexts only, as the locks are; where one forbids it, chance does. */
function randomName(): string {
  return `${Math.random()}`.slice(2) + `${Math.random()}`.slice(2);
}
