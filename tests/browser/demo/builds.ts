import type { Page } from "playwright-core";
import type { DemoFixture } from "../support/demo-fixture.js";
import { openPath, shows } from "../support/demo-pages.js";

const MINUTES = 60_000;

const lines = (page: Page) => page.locator(".line").allTextContents();

/** The build that all tabs follow. `goOn` is called when it may end, if its tools wait for that. */
export function testBuilds(fixture: DemoFixture, goOn: () => Promise<void>): void {
  test(
    "a build of the core is the same in all tabs, through a cut, to its end",
    async () => {
      const pages = [await openPath(fixture, "/workflow"), await openPath(fixture, "/workflow")];
      await shows(pages[1], "workflow-status", "idle");
      await pages[0]?.getByRole("button", { name: "Build and test" }).click();
      for (const page of pages) await shows(page, "workflow-status", "running"); // the other one heard of it
      await pages[1]
        ?.locator(".line")
        .nth(10)
        .waitFor({ timeout: 4 * MINUTES });
      const late = await openPath(fixture, "/workflow");
      await late.locator(".line").nth(10).waitFor();
      expect((await fixture.request("POST", "/api/workflows", {})).status).toBe(409);

      await late.getByRole("button", { name: "Cut it" }).click();
      await late.getByTestId("debug").filter({ hasText: "Verdictcontinued" }).waitFor();

      await late.getByRole("button", { name: "Pause" }).click();
      for (const page of [...pages, late]) {
        await shows(page, "workflow-status", "paused");
        await page.getByTestId("toast").filter({ hasText: "has asked to pause" }).first().waitFor();
      }
      await pages[0]?.getByRole("button", { name: "Resume" }).click();
      await shows(late, "workflow-status", "running");
      await goOn();

      for (const page of [...pages, late]) {
        await shows(page, "workflow-status", /^(completed|failed)$/, 8 * MINUTES);
        const last = (await lines(page)).slice(-20).join("\n");
        // The output says why, if it has failed.
        expect([await page.getByTestId("workflow-status").textContent(), last]).toEqual(["completed", last]);
        await page.getByTestId("toast").filter({ hasText: "All steps have passed" }).waitFor();
      }
      expect((await lines(pages[0] as Page)).slice(-100)).toEqual((await lines(late)).slice(-100));

      // Its progress is what the tools said.
      for (const step of ["step-compile", "step-test"]) {
        const counted = await late.getByTestId(step).locator(".step-count").textContent();
        const [, done, total] = /^(\d+) of (\d+)$/.exec(String(counted)) ?? [];
        expect(Number(done)).toBeGreaterThan(1);
        expect(done).toBe(total);
      }
      // The stream has ended by itself, and nobody comes back.
      for (const page of [...pages, late]) {
        await page.getByTestId("debug").filter({ hasText: "Statedisconnected" }).waitFor();
        expect(await page.getByTestId("problem").count()).toBe(0);
      }
    },
    10 * MINUTES,
  );

  test(
    "a build that is cancelled ends, and another can begin",
    async () => {
      const page = await openPath(fixture, "/workflow");
      await page.getByRole("button", { name: "Build and test" }).click();
      await shows(page, "workflow-status", "running");
      await page.getByRole("button", { name: "Flood" }).click();
      await page.locator(".line", { hasText: "Flooded with 5000 events" }).waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      await shows(page, "workflow-status", "failed");
      await page.getByTestId("problem").filter({ hasText: "Cancelled" }).waitFor();
      await page.getByRole("button", { name: "Build and test" }).click();
      await shows(page, "workflow-status", "running");
      await page.getByRole("button", { name: "Cancel" }).click();
      await shows(page, "workflow-status", "failed");
    },
    2 * MINUTES,
  );

  test(
    "a build that there is not is said so",
    async () => {
      const page = await openPath(fixture, "/workflow?id=none");
      await page.getByTestId("problem").filter({ hasText: "The connection has ended" }).waitFor();
      await page.getByRole("button", { name: "Try again" }).waitFor();
      expect((await fixture.request("POST", "/api/workflows/none/flood", {})).status).toBe(404);
      // A build that is begun here is the one that is shown.
      await page.getByRole("button", { name: "Build and test" }).click();
      await shows(page, "workflow-status", "running");
      await page.getByRole("button", { name: "Cancel" }).click();
      await shows(page, "workflow-status", "failed");
    },
    MINUTES,
  );
}
