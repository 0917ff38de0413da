import type { BrowserContext, CDPSession, Page } from "playwright-core";
import type { Transition } from "../../../../js/src/client/index.js";
import { Observed } from "./observed.js";
import type { ClientSetup, ClientStatus, PageTools, Seen, SeenError } from "./page-tools.js";
import type { Numbered } from "./scenario-server.js";

/** Of the page, for what runs there. */
declare const pageTools: PageTools;

/** A page with a client in it, and everything that the client has dispatched there. */
export class Tab extends Observed {
  readonly page: Page;
  readonly seen: Seen[] = [];
  /** What the page's code threw, and nobody caught. */
  readonly uncaught: Error[] = [];

  private constructor(page: Page) {
    super();
    this.page = page;
    page.on("pageerror", (error) => this.uncaught.push(error));
  }

  /** `policy`: the page's `Content-Security-Policy`. */
  static async open(context: BrowserContext, origin: string, policy?: string): Promise<Tab> {
    const tab = new Tab(await context.newPage());
    await tab.page.exposeFunction("tellTest", (seen: Seen) => {
      tab.seen.push(seen);
      tab.changed();
    });
    await tab.page.goto(`${origin}/page${policy === undefined ? "" : `?policy=${encodeURIComponent(policy)}`}`);
    return tab;
  }

  /** Makes the client. */
  async connect({ url, ...more }: ClientSetup): Promise<void> {
    await this.page.evaluate(([url, given]) => pageTools.open({ ...(given as Omit<ClientSetup, "url">), url }), [
      url,
      more,
    ] as [string, unknown]);
  }

  get events(): Numbered[] {
    return this.#each(({ event }) => event);
  }

  get verdicts(): string[] {
    return this.#each(({ resume }) => resume?.verdict);
  }

  get errors(): SeenError[] {
    return this.#each(({ error }) => error);
  }

  get states(): string[] {
    return this.#each(({ type, status }) => (type === "statechange" ? status.state : undefined));
  }

  get healths(): string[] {
    return this.#each(({ type, status }) => (type === "healthchange" ? status.health : undefined));
  }

  /** How the client was when it last said something. */
  get last(): Partial<ClientStatus> {
    return this.seen.at(-1)?.status ?? {};
  }

  /** How it is now. */
  status(): Promise<ClientStatus> {
    return this.page.evaluate(() => pageTools.status());
  }

  /** What it has kept of its transitions. */
  async transitions(): Promise<readonly Transition[]> {
    return this.page.evaluate(() => pageTools.client.transitions);
  }

  skip(ms: number): Promise<void> {
    return this.page.evaluate((forward) => pageTools.skip(forward), ms);
  }

  skipBetweenPolls(ms: number): Promise<void> {
    return this.page.evaluate((forward) => pageTools.skipBetweenPolls(forward), ms);
  }

  skipToNext(): Promise<void> {
    return this.page.evaluate(() => pageTools.skipToNext());
  }

  /** Puts the clock forward by so much when the page is frozen: the client finds out when it is thawed. */
  sleepWhenFrozen(ms: number): Promise<void> {
    return this.page.evaluate((forward) => pageTools.sleepWhenFrozen(forward), ms);
  }

  cdp(): Promise<CDPSession> {
    return this.page.context().newCDPSession(this.page);
  }

  async isConnected(): Promise<void> {
    await this.until(() => this.last.state === "connected");
  }

  /** The last of these came. */
  async hasReceived(published: readonly Numbered[]): Promise<void> {
    const lastId = published.at(-1)?.id;
    await this.until(() => this.seen.some(({ event }) => event?.id === lastId));
  }

  /** All of these came, once and in order, and the client is as it should be. */
  async hasAllOf(published: readonly Numbered[]): Promise<void> {
    await this.hasReceived(published);
    expect(this.events).toEqual(published);
    await this.until(() => this.last.state === "connected" && this.last.health === "healthy");
    expect(await this.status()).toMatchObject({ readyState: 1, transport: "stream", attempts: 0 });
    expect(this.uncaught).toEqual([]);
  }

  protected override describe(): unknown {
    const { seen, last, uncaught } = this;
    const shown = seen.slice(-60).map(({ type, status, event, resume, error }) => {
      const more = event?.n ?? resume?.verdict ?? error?.code ?? "";
      return `${type} ${more} ${status.state}/${status.health}`;
    });
    return { last, shown, uncaught: uncaught.map(String) };
  }

  #each<Part>(part: (seen: Seen) => Part | undefined): Part[] {
    return this.seen.map(part).filter((found) => found !== undefined);
  }
}
