import type { Clock } from "../../../../js/src/client/options/clock.js";
import type { TabPlatform } from "../../../../js/src/client/tabs/tab-host.js";
import type { Presence } from "../../../../js/src/client/tabs/tab-page.js";

interface Timer {
  readonly page: Page;
  readonly atMs: number;
  readonly run: () => void;
}

interface Request {
  readonly page: Page;
  readonly hold: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: unknown) => void;
}

const aborted = () => new DOMException("aborted", "AbortError");

/** A browser with pages, on a clock of its own: its locks, channels and timers, for each page what it would get. */
export class Browser {
  nowMs = 0;
  /** A page that asks for a lock gets this error. */
  refusal: Error | undefined;
  readonly pages = new Set<Page>();
  readonly #random: () => number;
  #timers: Timer[] = [];
  readonly #locks = new Map<string, { holder?: Request | undefined; readonly queue: Request[] }>();

  constructor(random = () => 0) {
    this.#random = random;
  }

  open(): Page {
    const page = new Page(this);
    this.pages.add(page);
    return page;
  }

  setTimer(timer: Timer): Timer {
    this.#timers.push(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#timers = this.#timers.filter((one) => one !== timer);
  }

  /** Until nothing happens any more without time passing. */
  async settle(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const ready = [...this.pages].filter((page) => page.isReady);
      const page = ready[Math.floor(this.#random() * ready.length)];
      if (!page) return;
      page.runNext();
    }
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      await this.settle();
      const due = this.#timers
        .filter(({ page, atMs }) => page.runs && atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.clearTimer(due);
      this.nowMs = Math.max(this.nowMs, due.atMs);
      due.run();
    }
    this.nowMs = endMs;
  }

  async request(page: Page, name: string, options: LockOptions, hold: () => Promise<unknown>): Promise<unknown> {
    if (this.refusal) throw this.refusal;
    const lock = this.#locks.get(name) ?? { queue: [] };
    this.#locks.set(name, lock);
    return new Promise((resolve, reject) => {
      const request = { page, hold, resolve, reject };
      if (options.steal) {
        const { holder } = lock;
        if (holder) holder.page.do(() => holder.reject(aborted()));
        lock.holder = undefined;
        lock.queue.unshift(request);
      } else lock.queue.push(request);
      options.signal?.addEventListener("abort", () => {
        const index = lock.queue.indexOf(request);
        if (index < 0) return;
        lock.queue.splice(index, 1);
        reject(aborted());
      });
      this.#grant(lock);
    });
  }

  /** What a page holds and waits for goes with it. */
  close(page: Page): void {
    this.pages.delete(page);
    this.#timers = this.#timers.filter((timer) => timer.page !== page);
    for (const lock of this.#locks.values()) {
      lock.queue.splice(0, lock.queue.length, ...lock.queue.filter((request) => request.page !== page));
      if (lock.holder?.page === page) lock.holder = undefined;
      this.#grant(lock);
    }
  }

  #grant(lock: { holder?: Request | undefined; readonly queue: Request[] }): void {
    if (lock.holder) return;
    const request = lock.queue.shift();
    if (!request) return;
    lock.holder = request;
    request.page.do(() => {
      if (lock.holder !== request) return;
      void request.hold().then((value) => {
        if (lock.holder !== request) return;
        lock.holder = undefined;
        request.resolve(value);
        this.#grant(lock);
      });
    });
  }
}

/** One page of a browser's. What happens to it while it does not run, happens when it runs again. */
export class Page implements TabPlatform {
  runs = true;
  readonly #browser: Browser;
  #tasks: (() => void)[] = [];
  #put: ((presence: Presence) => void) | undefined;
  readonly #channels = new Set<Channel>();

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  get isReady(): boolean {
    return this.runs && this.#tasks.length > 0;
  }

  get channels(): ReadonlySet<Channel> {
    return this.#channels;
  }

  do(task: () => void): void {
    this.#tasks.push(task);
  }

  runNext(): void {
    this.#tasks.shift()?.();
  }

  put(presence: Presence): void {
    this.#put?.(presence);
  }

  close(): void {
    this.#tasks = [];
    this.#channels.clear();
    this.#browser.close(this);
  }

  readonly locks = {
    request: (name: string, ...rest: unknown[]) =>
      this.#browser.request(this, name, rest[0] as LockOptions, rest[1] as () => Promise<unknown>),
  } as TabPlatform["locks"];

  open(name: string): Channel {
    const channel = new Channel(this, name, this.#browser);
    this.#channels.add(channel);
    return channel;
  }

  forget(channel: Channel): void {
    this.#channels.delete(channel);
  }

  follow(put: (presence: Presence) => void): () => void {
    this.#put = put;
    put("here");
    return () => {
      this.#put = undefined;
    };
  }

  readonly clock: Clock = {
    now: () => this.#browser.nowMs,
    random: () => 0.5,
    setTimer: (run, delayMs) => this.#browser.setTimer({ page: this, run, atMs: this.#browser.nowMs + delayMs }),
    clearTimer: (timer) => this.#browser.clearTimer(timer),
  };
}

class Channel {
  onmessage: BroadcastChannel["onmessage"] = null;
  readonly #page: Page;
  readonly #name: string;
  readonly #browser: Browser;

  constructor(page: Page, name: string, browser: Browser) {
    this.#page = page;
    this.#name = name;
    this.#browser = browser;
  }

  postMessage(message: unknown): void {
    const data = structuredClone(message);
    for (const page of this.#browser.pages) {
      for (const channel of page.channels) {
        if (channel === this || channel.#name !== this.#name) continue;
        page.do(() => {
          if (page.channels.has(channel))
            channel.onmessage?.call(channel as unknown as BroadcastChannel, { data } as MessageEvent);
        });
      }
    }
  }

  close(): void {
    this.#page.forget(this);
  }
}
