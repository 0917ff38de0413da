import type { DemoFixture } from "../support/demo-fixture.js";
import { openPath, shows } from "../support/demo-pages.js";

const MINUTES = 60_000;

/** A page of server components over Next.js's cache. */
export function testCatalogue(fixture: DemoFixture): void {
  test(
    "a cached page is rendered anew in every tab when a price changes, and only then",
    async () => {
      // One connection for both tabs.
      const listening = fixture.context.waitForEvent("response", (response) =>
        response.url().endsWith("/api/catalogue"),
      );
      const pages = [await openPath(fixture, "/catalogue"), await openPath(fixture, "/catalogue")];
      const readAt = () => pages[0]?.getByTestId("read-at").textContent();
      const first = await readAt();
      expect(await pages[1]?.getByTestId("read-at").textContent()).toBe(first); // it is cached
      await listening;
      for (const amount of [151, 152]) {
        await pages[1]?.getByLabel("Price").fill(String(amount));
        await pages[1]?.getByRole("button", { name: "Set" }).click();
        for (const page of pages) await shows(page, "price", `Water wheel: ${amount} €`);
      }
      const last = await readAt();
      expect(last).not.toBe(first);
      await pages[0]?.reload();
      expect(await readAt()).toBe(last);
    },
    MINUTES,
  );

  test("a narrow screen shows the pages whole", async () => {
    for (const path of ["/workflow", "/logs", "/answer", "/chat", "/agents", "/catalogue"]) {
      const page = await openPath(fixture, path);
      await page.setViewportSize({ width: 390, height: 800 });
      if (path === "/answer") {
        await page.getByRole("button", { name: "Ask" }).click();
        await page.getByText("Copy trace id").waitFor();
      }
      const { width, field } = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        field: Math.min(...[...document.querySelectorAll("input:not([type=checkbox])")].map((one) => one.clientWidth)),
      }));
      expect([path, width]).toEqual([path, 390]);
      expect([path, field > 100]).toEqual([path, true]);
      await page.close();
    }
  });

  test("the caches are revalidated by the server itself, and nobody else", async () => {
    const post = (headers: Record<string, string>) =>
      fetch(`${fixture.server.url}/api/revalidate`, {
        method: "POST",
        headers,
        body: '{"tags":["catalogue"],"profile":"max"}',
      });
    expect((await post({})).status).toBe(403);
    expect((await post({ Authorization: `Bearer ${"0".repeat(64)}` })).status).toBe(403);
  });
}
