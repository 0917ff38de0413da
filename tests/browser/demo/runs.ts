import type { DemoFixture } from "../support/demo-fixture.js";
import { DemoPage } from "../support/demo-page.js";

const MINUTES = 60_000;

/** The run that all tabs see. `goOn` is called when it may end, if its tools wait for that. */
export function testRuns(fixture: DemoFixture, goOn: () => Promise<void>): void {
  test(
    "a build of the core runs to its end in two tabs alike, and in one that comes late",
    async () => {
      const [first, second] = [
        await DemoPage.open(fixture.context, fixture.server.url),
        await DemoPage.open(fixture.context, fixture.server.url),
      ];
      await first.button("Build and test").click();
      await second.hasDelivered("run.line", 20, 2 * MINUTES);
      const late = await DemoPage.open(fixture.context, fixture.server.url);
      await late.page.locator(".line[data-n='20']").waitFor();
      expect((await fixture.request("POST", "/api/run", {})).status).toBe(409);
      await goOn();

      for (const demo of [first, second, late]) {
        await demo.shows("run-status", /^(passed|failed|cancelled)$/, 8 * MINUTES);
        const lastLines = (await demo.page.locator(".line").allTextContents()).slice(-20).join("\n");
        // The output says why, if it has failed.
        expect([await demo.text("run-status"), lastLines]).toEqual(["passed", lastLines]);
      }
      const lines = await first.delivered("run.line");
      expect(lines).toEqual(await second.delivered("run.line"));
      expect(lines.map(({ data }) => (data as { n: number }).n)).toEqual(lines.map((_, index) => index + 1));
      const shown = (demo: DemoPage) => demo.page.locator(".line").allTextContents();
      expect(await shown(late)).toEqual(await shown(first));

      // Its progress is what the tools said.
      for (const step of ["step-compile", "step-test"]) {
        const counted = await first.element(step).locator(".step-count").textContent();
        const [, done, total] = /^(\d+) of (\d+)$/.exec(String(counted)) ?? [];
        expect(Number(done)).toBeGreaterThan(1);
        expect(done).toBe(total);
      }
      expect(first.errors).toEqual([]);
    },
    10 * MINUTES,
  );

  test(
    "a run that is cancelled ends, and another can begin",
    async () => {
      const demo = await DemoPage.open(fixture.context, fixture.server.url);
      await demo.button("Build and test").click();
      await demo.shows("run-status", "running");
      await demo.button("Cancel").click();
      await demo.shows("run-status", "cancelled");
      expect((await fixture.request("DELETE", "/api/run")).status).toBe(409);
      expect((await fixture.request("POST", "/api/run", {})).status).toBe(202);
      expect((await fixture.request("DELETE", "/api/run")).status).toBe(204);
      await demo.shows("run-status", "cancelled");
    },
    2 * MINUTES,
  );
}
