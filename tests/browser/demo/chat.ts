import type { DemoFixture } from "../support/demo-fixture.js";
import { openPath } from "../support/demo-pages.js";

const MINUTES = 60_000;

/** `useChat`, and a conversation with its agents. */
export function testChat(fixture: DemoFixture): void {
  test(
    "useChat: cut, reloaded, and stopped from a second tab, both of which show the same",
    async () => {
      const page = await openPath(fixture, "/chat");
      await page.getByRole("button", { name: "Send" }).click();
      const answer = page.getByTestId("message-assistant");
      const hasLetters = (count: number) =>
        page.waitForFunction(
          (least) => (document.querySelector("[data-testid=message-assistant]")?.textContent?.length ?? 0) > least,
          count,
        );
      await hasLetters(80);
      const before = (await answer.textContent()) ?? "?";
      await page.getByRole("button", { name: "Cut the network" }).click();
      await hasLetters(before.length + 60);
      await page.reload();
      await hasLetters(before.length + 60);
      const second = await page.context().newPage();
      await second.goto(page.url());
      await second.getByTestId("message-user").getByText("How do I stream a response?").waitFor();
      await second.getByRole("button", { name: "Stop, in every tab" }).click();
      for (const tab of [page, second])
        await tab.locator("[data-testid=message-assistant][data-writing=false]").waitFor();
      expect(await second.getByTestId("message-assistant").textContent()).toBe(await answer.textContent());
      await second.close();
      // What is said is no wider than a phone.
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    },
    2 * MINUTES,
  );

  test(
    "an answer and its agents, whose work is seen in two tabs, over a reload",
    async () => {
      const page = await openPath(fixture, "/agents");
      await page.getByRole("button", { name: "Send" }).click();
      const second = await page.context().newPage();
      await second.goto(page.url());
      for (const tab of [page, second])
        await tab.locator("[data-testid=agents] [data-status=working]").first().waitFor();
      await page.reload();
      await page.getByRole("button", { name: "Cut the network" }).click();
      for (const tab of [page, second]) {
        await tab.locator("[data-testid=research][data-status=complete]").waitFor({ timeout: MINUTES });
        await tab.locator("[data-testid=agents] [data-status=done]").getByText("writer").waitFor();
        await tab.locator("[data-testid=message-assistant][data-writing=false]").waitFor();
        expect(await tab.getByTestId("message-assistant").count()).toBe(1);
      }
      const texts = [page, second].map((tab) => tab.getByTestId("message-assistant").textContent());
      expect(await texts[0]).toBe(await texts[1]);
      await second.close();
    },
    2 * MINUTES,
  );
}
