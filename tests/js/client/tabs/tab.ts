import type { StreamEnd } from "../../../../js/src/client/stream/notices.js";
import type { TabHost } from "../../../../js/src/client/tabs/tab-host.js";
import type { SharedEvent, TabState } from "../../../../js/src/client/tabs/tab-message.js";
import { TabSharing } from "../../../../js/src/client/tabs/tab-sharing.js";
import type { SSEError } from "../../../../js/src/shared/errors.js";
import type { Browser, Page } from "./browser.js";

/** What a stream holds: numbers, by ids of a hub's or without any. */
export class Source {
  readonly tabs = new Set<Tab>();
  count = 0;
  /** What it remembers for those who resume. */
  held = Number.POSITIVE_INFINITY;
  requests = 0;
  readonly hasIds: boolean;

  constructor(hasIds: boolean) {
    this.hasIds = hasIds;
  }

  publish(count = 1): void {
    for (let n = 0; n < count; n++) {
      const number = ++this.count;
      for (const tab of this.tabs) tab.page.do(() => tab.hears(this, [number]));
    }
  }

  connect(tab: Tab, cursor: string): void {
    this.requests++;
    this.tabs.add(tab);
    const from = this.hasIds && cursor !== "" ? Number(cursor.split(".")[1]) : this.count;
    const missed = Array.from({ length: this.count - from }, (_, index) => from + index + 1);
    const { count } = this;
    tab.page.do(() => tab.hears(this, missed, count));
  }
}

const beginningAt = (lastEventId: string): SharedEvent => ({
  type: "millrace.begin",
  data: '{"resumes":true}',
  lastEventId,
  hasOwnId: false,
});

/** A client in a page, without what it needs no tabs for. */
export class Tab implements TabHost {
  readonly page: Page;
  readonly seen: number[] = [];
  readonly told: string[] = [];
  readonly sharing: TabSharing;
  state: TabState["state"] = "connecting";
  mayAskAgain: boolean;
  #cursor: string;
  #connection = 0;
  /** What earlier connections brought. */
  #before: ReadonlySet<number> = new Set();
  readonly #source: Source;

  constructor(browser: Browser, source: Source, { cursor = "", pauses = false, mayAsk = true } = {}) {
    this.page = browser.open();
    this.#source = source;
    this.#cursor = cursor;
    this.mayAskAgain = mayAsk;
    this.sharing = new TabSharing("name", this, this.page, pauses);
  }

  get lastEventId(): string {
    return this.#cursor;
  }

  get isConnected(): boolean {
    return this.#source.tabs.has(this);
  }

  close(): void {
    this.drop();
    this.page.close();
  }

  /** Of the connection that it has itself. */
  hears(source: Source, numbers: readonly number[], last = numbers.at(-1) ?? 0): void {
    if (!source.tabs.has(this)) return;
    const events = numbers.map((number): SharedEvent => {
      const id = source.hasIds ? `e.${number}` : "";
      return { type: "n", data: `${number}`, lastEventId: id, hasOwnId: source.hasIds };
    });
    const fresh = events.filter(({ data }) => !source.hasIds || !this.seen.includes(Number(data)));
    this.seen.push(...fresh.map(({ data }) => Number(data)));
    if (source.hasIds && this.state !== "connected") fresh.unshift(beginningAt(this.#cursor));
    if (source.hasIds) this.#cursor = `e.${last}`;
    if (this.state !== "connected") {
      this.state = "connected";
      this.sharing.say(this.standing.shared);
    }
    this.sharing.share(fresh, this.#cursor);
  }

  begin(): void {
    const connection = ++this.#connection;
    this.state = "connecting";
    this.page.do(() => connection === this.#connection && this.#source.connect(this, this.#cursor));
  }

  drop(): void {
    this.#connection++;
    this.#source.tabs.delete(this);
  }

  get standing(): TabHost["standing"] {
    const { state } = this;
    return {
      shared: this.sharing?.mirror ?? { state, health: "healthy", attempts: 0, transport: "stream", origin: "" },
    };
  }

  mirrored({ state }: TabState): void {
    this.state = state;
  }

  receive(bytes: Uint8Array, isNew: boolean): void {
    if (isNew) this.#before = new Set(this.seen);
    for (const block of new TextDecoder().decode(bytes).split("\n\n")) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      const id = field("id");
      if (field("event") === "millrace.resume") this.told.push(field("data") ?? "");
      const number = Number(field("data"));
      const isRepeat = id !== undefined && this.#before.has(number);
      if (field("event") === "n" && !isRepeat) this.seen.push(number);
      if (id !== undefined) this.#cursor = id;
    }
  }

  reconnect(): void {
    this.told.push("reconnect");
  }

  ended(end: StreamEnd): void {
    this.told.push(end.reason);
    this.drop();
    this.sharing.leave(end);
  }

  giveUp({ code, message }: SSEError): void {
    this.told.push(code);
    this.drop();
    this.sharing.leave({ code, message });
  }
}
