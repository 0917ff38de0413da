import type { Browser, BrowserContext, Page } from "playwright-core";
import { texts } from "./numbered-texts.js";

const MINUTES = 60_000;

/** What a page has received, which it keeps in `window.received`. */
export interface Received {
  /** Its EventSource or hook is connected. */
  isOpen: boolean;
  texts: string[];
  ids: string[];
}

/** Waits until the last of the numbered texts is there; gives all that came. */
export async function hasReceivedAll(page: Page): Promise<Received> {
  await page.waitForFunction(
    (text) => (window as unknown as { received: Received }).received.texts.includes(text),
    String(texts.at(-1)),
    { timeout: 2 * MINUTES },
  );
  return page.evaluate(() => (window as unknown as { received: Received }).received);
}

/** Opens an EventSource on an empty page of the same origin; resolves when it is open. */
export async function openEventSource(browser: Browser | BrowserContext, origin: string, path: string): Promise<Page> {
  const page = await browser.newPage();
  await page.route(`${origin}/empty`, (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await page.goto(`${origin}/empty`);
  await page.evaluate(
    (url) =>
      new Promise<void>((resolve) => {
        const all: Received = { isOpen: false, texts: [], ids: [] };
        Object.assign(window, { received: all });
        const source = new EventSource(url);
        source.addEventListener("open", () => resolve());
        source.addEventListener("notify", ({ data, lastEventId }) => {
          all.texts.push(JSON.parse(data).text);
          all.ids.push(lastEventId);
        });
      }),
    path,
  );
  return page;
}
