import type { DemoFixture } from "../support/demo-fixture.js";
import { openPath } from "../support/demo-pages.js";

const MINUTES = 60_000;

/** The log of a room. */
export function testLogs(fixture: DemoFixture): void {
  test(
    "a room's records are shown, chosen on the server, through a cut",
    async () => {
      const page = await openPath(fixture, "/logs?room=test");
      await page.getByText("Live", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Flood" }).click();
      await page.locator(".line", { hasText: /Flooded with record 500 of 500 \(×500\)/ }).waitFor();
      await page.locator(".line", { hasText: "The flood is over" }).waitFor();

      await page.getByRole("button", { name: "Cut it" }).click();
      await page.getByTestId("debug").filter({ hasText: "Verdictcontinued" }).waitFor();
      await page.getByRole("button", { name: "Clear" }).click();
      expect(await page.locator(".line").count()).toBe(0);
      await page.getByText("Nothing was written into this room yet").waitFor();

      await page.getByLabel("warn").uncheck();
      await page.getByTestId("debug").filter({ hasText: "Verdict–" }).waitFor(); // another stream
      await page.getByText("Live", { exact: true }).waitFor();
      expect(await page.locator(".line").count()).toBe(0); // what was cleared does not come back
      await page.getByRole("button", { name: "Flood" }).click();
      await page.locator(".line", { hasText: "The flood is over" }).waitFor();
      expect(await page.locator(".line[data-tone='warn']").count()).toBe(0);

      await page.getByRole("button", { name: "Pause" }).click();
      const before = await page.locator(".line").allTextContents();
      await page.getByRole("button", { name: "Flood" }).click();
      const other = await openPath(fixture, "/logs?room=test");
      await other.locator(".line", { hasText: "The flood is over" }).nth(2).waitFor();
      expect(await page.locator(".line").allTextContents()).toEqual(before);
      await page.getByRole("button", { name: "Go on" }).click();
      await page.locator(".line", { hasText: "The flood is over" }).nth(1).waitFor();
    },
    2 * MINUTES,
  );

  test(
    "a room that may not be read is said so",
    async () => {
      const page = await openPath(fixture, "/logs");
      await page.getByRole("link", { name: "locked" }).click();
      await page.getByTestId("problem").filter({ hasText: "The connection has ended" }).waitFor();
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByTestId("problem").filter({ hasText: "The connection has ended" }).waitFor();
      expect((await fetch(`${fixture.server.url}/api/rooms/locked/logs`)).status).toBe(403);
      expect((await fixture.request("POST", "/api/rooms/locked/flood", {})).status).toBe(404);
    },
    MINUTES,
  );
}
