import { LateTimer } from "./late-timer.js";
import { LeaderLock } from "./leader-lock.js";
import { randomName, TabChannel } from "./tab-channel.js";
import { beginAgain, endAlso, type TabHost, type TabPlatform } from "./tab-host.js";
import { TabLog } from "./tab-log.js";
import type { Preamble, SharedEvent, TabEnd, TabMessage, TabPlace, TabState } from "./tab-message.js";
import { toBytes } from "./tab-message.js";
import { type Presence, TabPage } from "./tab-page.js";
import type { TabStage } from "./tab-stage.js";

type Hello = Extract<TabMessage, { kind: "hello" }>;

/** A leader is asked whether it is there when it has said nothing for so long; servers send heartbeats every 15 s. */
const LEADER_SILENT_MS = 60000;
/** After so long without an answer its lock is stolen: its page hangs. */
const LEADER_ANSWERS_MS = 5000;
/** A tab that catches up by itself asks again whether it may follow. */
const CATCH_UP_MS = 1000;
/** So long the lock is kept after the end, so that the end arrives before it. */
const END_ARRIVES_MS = 100;

/**
 * One connection for all tabs of a browser that want the same. The tab that holds the Web Lock of the connection's name is the
 * leader: it streams or polls, and says in the BroadcastChannel of that name what it received and how it is. The others take
 * that as if it came from the server. When the leader goes, the lock goes to the next tab, which resumes from its own cursor;
 * the others ask it for what lies between its events and theirs. A tab that cannot have a connection is not in the queue.
 */
export class TabSharing {
  /** How the connection is in the tab that has it, where that is another one. */
  mirror: TabState | undefined;
  readonly #host: TabHost;
  readonly #page: TabPage;
  readonly #channel: TabChannel;
  readonly #lock: LeaderLock;
  readonly #timer: LateTimer;
  readonly #log = new TabLog();
  #stage: TabStage = "asking";
  /** The cursor of this tab when it began to follow. Its leader may send events that the tab has already. */
  #floor = "";
  /** The number of this tab's last question. Answers to earlier ones are ignored. */
  #asked = 0;
  #catchUpMs = CATCH_UP_MS;
  /** This tab or another has asked for the stream before. */
  #wasAsked = false;
  /** How the connection was when this tab last said so. */
  #said: TabState | undefined;
  /** What ended it in this tab, as long as there may be who has yet to hear of it. */
  #end: TabEnd | undefined;

  /** @throws what the platform does, where it has it and refuses it. */
  constructor(name: string, host: TabHost, platform: TabPlatform, pausesWhenHidden: boolean) {
    this.#host = host;
    this.#page = new TabPage(pausesWhenHidden);
    this.#timer = new LateTimer(platform.clock);
    this.#channel = new TabChannel(`millrace 1:${name}`, platform, (message) => this.#hear(message));
    this.#lock = new LeaderLock(platform.locks, `millrace 1:${name}`, {
      acquired: () => this.#lead(),
      stolen: () => this.#stolen(),
      refused: () => this.#beAlone(),
    });
    this.#channel.open();
    this.#page.follow(
      (put) => platform.follow(put),
      (presence, wasAble) => this.#move(presence, wasAble),
    );
    if (this.#page.isAble) this.#lock.request();
    this.#ask();
  }

  /** The leader tells the others how its connection is. */
  say(state: TabState): void {
    const { place } = this.#log;
    if (this.#stage !== "leading" || !place) return;
    this.#said = state;
    this.#channel.post({ kind: "state", term: place.term, state });
  }

  /** What this tab received from the server; a leader tells the others. */
  share(events: readonly SharedEvent[], cursor: string): void {
    const { place } = this.#log;
    if (!place || (this.#stage !== "leading" && this.#stage !== "catching up")) return;
    this.#log.add(events, cursor);
    if (this.#stage === "leading") this.#channel.post({ kind: "events", ...place, events, cursor });
  }

  /** Asks the tab that has the connection to make it anew. False where this one has its own; a tab that still asks whose it is waits. */
  reconnect(): boolean {
    if (this.mirror !== undefined) this.#channel.post({ kind: "reconnect" });
    return this.mirror !== undefined || this.#stage === "asking";
  }

  /** The tab does not want the connection any more; with an end, no tab can have it. */
  leave(end?: TabEnd): void {
    const { place } = this.#log;
    const isTold = end !== undefined && this.#stage === "leading" && place !== undefined;
    if (isTold) this.#channel.post({ kind: "end", term: place.term, end });
    this.#stage = "left";
    this.#page.leave();
    this.#timer.clear();
    this.mirror = undefined;
    if (isTold) {
      this.#end = end;
      this.#timer.set(END_ARRIVES_MS, () => this.finish());
    } else this.finish();
  }

  /** Makes room for another connection of this tab's: its end was told for long enough. */
  finish(): void {
    this.#timer.clear();
    this.#end = undefined;
    this.#lock.release();
    this.#channel.close();
  }

  // --- the page

  #move(presence: Presence, wasAble: boolean): void {
    if (this.#stage === "left") return;
    const { isAble } = this.#page;
    // The request cannot be repeated: it goes on for as long as the page lives.
    if (!isAble && this.#stage === "leading" && !this.#host.mayAskAgain) return;
    if (presence === "away") {
      this.#rest("away");
      this.#timer.clear();
      this.#channel.close();
      return;
    }
    if (this.#stage === "away") {
      this.#channel.open();
      this.#stage = "asking";
    }
    if (isAble && this.#stage !== "leading" && !this.#lock.isRequested) this.#lock.request();
    if (!isAble && wasAble) this.#rest(this.#stage === "following" ? "following" : "asking");
    else if (this.#stage === "asking") this.#ask();
  }

  /** This tab is not to have a connection for a while. */
  #rest(stage: TabStage): void {
    const hasOwn = this.#stage === "leading" || this.#stage === "catching up";
    this.#stage = stage;
    this.#lock.release();
    if (hasOwn) this.#yield();
    if (hasOwn && stage === "asking") this.#askLater();
  }

  #yield(): void {
    this.mirror = { ...this.#host.standing.shared, state: "reconnecting", health: "degraded" };
    this.#host.drop();
  }

  // --- the lock

  #lead(): void {
    const hasOwn = this.#stage === "catching up";
    this.#timer.clear();
    this.#stage = "leading";
    this.#asked++;
    this.mirror = undefined;
    this.#log.begin(randomName());
    this.say(this.#host.standing.shared);
    const before = this.#wasAsked;
    this.#wasAsked = true;
    if (!hasOwn) beginAgain(this.#host, before);
  }

  #stolen(): void {
    this.#stage = "asking";
    this.#yield();
    if (this.#page.isAble) this.#lock.request();
    this.#ask();
  }

  /** There are locks, and the browser refuses them here. */
  #beAlone(): void {
    const hasOwn = this.#stage === "leading" || this.#stage === "catching up";
    this.leave();
    if (!hasOwn) beginAgain(this.#host, this.#wasAsked);
  }

  // --- the others

  /** Asks the leader for what this tab lacks, and takes its place if it does not answer. */
  #ask(place: TabPlace | undefined = this.#log.place): void {
    if (this.#stage === "following") this.#stage = "asking";
    this.#channel.post({ kind: "hello", ask: ++this.#asked, place, cursor: this.#host.lastEventId });
    if (this.#stage === "catching up") return;
    this.#timer.set(LEADER_ANSWERS_MS, (isLate) => {
      if (isLate) this.#ask();
      else if (this.#page.isAble) {
        this.#wasAsked = true; // some tab has the lock, and has made the request
        this.#lock.request(true);
      } else this.#askLater();
    });
  }

  /** Asks again if the leader says nothing for {@link LEADER_SILENT_MS}. */
  #askLater(): void {
    this.#timer.set(LEADER_SILENT_MS, () => this.#ask());
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
      if (message.to === this.#channel.tab && message.ask === this.#asked) this.#follow(message);
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
    this.#askLater();
    if (message.kind === "end") endAlso(this.#host, message.end);
    else if (message.kind === "state") this.#mirror(message.state);
    else this.#take(message.events, message.cursor);
  }

  #follow(message: Extract<TabMessage, { kind: "welcome" }>): void {
    const { term, at, events, cursor, state, isBehind, beginning } = message;
    const hasOwn = this.#stage === "catching up";
    this.#wasAsked = true;
    this.#askLater();
    if (isBehind && this.#host.lastEventId !== "" && this.#host.mayAskAgain) {
      // Where the leader is to begin, or whether the server can be had, is known when it is connected: it says so.
      if (state.state !== "connected" && !hasOwn) this.#mirror(state);
      else if (this.#page.isAble) this.#catchUp();
      return;
    }
    const isNew = this.#log.place?.term !== term;
    this.#stage = "following";
    if (isNew || isBehind) this.#log.begin(term, at, beginning);
    if (isNew) this.#floor = this.#host.lastEventId;
    this.#mirror(state, hasOwn);
    if (this.#stage !== "following") return;
    this.#take(events, cursor, { beginning: isNew ? beginning : undefined, hasGap: isBehind }, isNew);
  }

  #take(events: readonly SharedEvent[], cursor: string, preamble: Preamble = {}, isNew = false): void {
    const news = this.#log.addAfter(this.#floor, events, cursor);
    this.#host.receive(toBytes(news.events, news.cursor, preamble), isNew);
  }

  #mirror(state: TabState, hasOwn = false): void {
    const hasOpened = state.state === "connected" && this.#host.standing.shared.state !== "connected";
    this.mirror = state;
    if (hasOwn) this.#host.drop();
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
      beginAgain(this.#host, true);
    }
    // Its place is that of its cursor, for the leader has not told it what it has since.
    const again = () => {
      this.#channel.post({ kind: "hello", ask: ++this.#asked, cursor: this.#host.lastEventId });
      this.#timer.set(this.#catchUpMs, again);
    };
    if (this.#stage === "catching up") this.#timer.set(this.#catchUpMs, again);
  }

  #welcome({ from, ask, place, cursor }: Hello, state = this.#host.standing.shared): void {
    this.#channel.post({ kind: "welcome", to: from, ask, state, ...this.#log.after(place, cursor) });
  }

  /** A tab that comes just after the end gets the events, and the end. */
  #tellEnd(hello: Hello): void {
    const { place } = this.#log;
    if (this.#end === undefined || !place) return;
    this.#welcome(hello, this.#said);
    this.#channel.post({ kind: "end", term: place.term, end: this.#end });
  }
}
