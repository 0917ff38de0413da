import type { DemoFixture } from "../support/demo-fixture.js";
import { openPath } from "../support/demo-pages.js";

const MINUTES = 60_000;

/** An answer word by word. */
export function testAnswer(fixture: DemoFixture): void {
  test(
    "an answer goes on where it was cut, and is complete",
    async () => {
      const page = await openPath(fixture, "/answer");
      await page.getByRole("button", { name: "Ask" }).click();
      await page.getByText("Connected", { exact: true }).waitFor();
      const answer = page.getByTestId("answer");
      const hasWords = (count: number) =>
        page.waitForFunction(
          (least) => (document.querySelector("[data-testid=answer]")?.textContent?.length ?? 0) > least,
          count,
        );
      await hasWords(150);
      const before = await answer.textContent();
      await page.getByRole("button", { name: "Cut it" }).click();
      await page.getByTestId("debug").filter({ hasText: "Verdictcontinued" }).waitFor();
      await hasWords((before?.length ?? 0) + 100);
      expect((await answer.textContent())?.startsWith(before ?? "?")).toBe(true);
      await page
        .getByTestId("answer-facts")
        .filter({ hasText: "The Next.js documentation" })
        .waitFor({ timeout: MINUTES });
      expect(await answer.getAttribute("data-complete")).toBe("true");
      await page.getByText("Disconnected", { exact: true }).waitFor();
    },
    2 * MINUTES,
  );

  test(
    "a flood of text is whole, and an answer that breaks off says so and can be asked again",
    async () => {
      const page = await openPath(fixture, "/answer");
      await page.getByText("Ask something, then cut").waitFor();
      await page.getByLabel("How it is answered").selectOption("flood");
      await page.getByLabel("Your question").fill("Water?");
      await page.getByRole("button", { name: "Ask" }).click();
      await page.getByTestId("answer-facts").filter({ hasText: "Completed after" }).waitFor();
      const text = await page.getByTestId("answer").textContent();
      expect(text).toBe(Array.from({ length: 5000 }, (_, at) => `${at + 1}. Water?\n`).join(""));

      await page.getByLabel("How it is answered").selectOption("failing");
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      await page.getByTestId("problem").waitFor();
      await page.getByRole("button", { name: "Ask again" }).click();
      await page.getByTestId("problem").waitFor();
      await page.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });
    },
    2 * MINUTES,
  );
}
