import type { BrowserContext, Locator, Page } from "playwright-core";

/** An event as the page's hook delivered it. */
export interface DeliveredEvent {
  readonly type: string;
  readonly lastEventId: string;
  readonly data: unknown;
}

/** A tab with the demo in it. */
export class DemoPage {
  readonly page: Page;
  /** What the page's code threw, and nobody caught. */
  readonly errors: Error[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.errors.push(error));
  }

  /** Opens it and waits until it is connected. `prepare` is called before anything is loaded. */
  static async open(context: BrowserContext, url: string, prepare?: (page: Page) => Promise<void>): Promise<DemoPage> {
    const demo = new DemoPage(await context.newPage());
    await prepare?.(demo.page);
    await demo.page.goto(url);
    await demo.shows("state", "connected");
    return demo;
  }

  element(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name });
  }

  text(testId: string): Promise<string | null> {
    return this.element(testId).last().textContent();
  }

  /** Waits until an element has exactly this text. */
  async shows(testId: string, text: string | RegExp, timeout = 30_000): Promise<void> {
    const pattern = typeof text === "string" ? new RegExp(`^${text}$`) : text;
    await this.element(testId).filter({ hasText: pattern }).last().waitFor({ timeout });
  }

  /** All events of a type, in the order in which the hook delivered them. */
  delivered(type: string): Promise<DeliveredEvent[]> {
    return this.page.evaluate((wanted) => {
      const { millraceDemo } = window as unknown as { millraceDemo: { events: DeliveredEvent[] } };
      return millraceDemo.events.filter((event) => event.type === wanted);
    }, type);
  }

  /** Waits until the hook has delivered so many events of a type. */
  async hasDelivered(type: string, count: number, timeout = 30_000): Promise<void> {
    await this.page.waitForFunction(
      ([wanted, least]) => {
        const { millraceDemo } = window as unknown as { millraceDemo: { events: DeliveredEvent[] } };
        return millraceDemo.events.filter((event) => event.type === wanted).length >= least;
      },
      [type, count] as const,
      { timeout },
    );
  }
}
