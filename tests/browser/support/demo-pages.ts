import type { Page } from "playwright-core";
import type { DemoFixture } from "./demo-fixture.js";

/** A tab with one of the demo's pages. What its code throws, and nobody catches, fails the test. */
export async function openPath(fixture: DemoFixture, path: string): Promise<Page> {
  const page = await fixture.context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(`${fixture.server.url}${path}`);
  return page;
}

/** Waits until an element has exactly this text. */
export async function shows(
  page: Page | undefined,
  testId: string,
  text: string | RegExp,
  timeout = 30_000,
): Promise<void> {
  const pattern = typeof text === "string" ? new RegExp(`^${text}$`) : text;
  await page?.getByTestId(testId).filter({ hasText: pattern }).first().waitFor({ timeout });
}
