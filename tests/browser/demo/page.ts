import type { DemoFixture } from "../support/demo-fixture.js";
import { DemoPage } from "../support/demo-page.js";
import { openRawEvents } from "../support/raw-events.js";

const MINUTES = 60_000;

/** What a visitor sees: its connection, notices, and an answer. */
export function testPage(fixture: DemoFixture): void {
  test(
    "a page connects and says so",
    async () => {
      const demo = await DemoPage.open(fixture.context, fixture.server.url);
      expect(await demo.page.getByRole("status").first().textContent()).toBe("connected");
      await demo.shows("connections", "1");
      expect(await demo.text("duplicates")).toBe("0");
      expect(await demo.text("reconnects")).toBe("0");
      expect(demo.errors).toEqual([]);
    },
    MINUTES,
  );

  test(
    "a notice in one tab is a toast in all",
    async () => {
      const [ada, bob] = [
        await DemoPage.open(fixture.context, fixture.server.url),
        await DemoPage.open(fixture.context, fixture.server.url),
      ];
      await ada.page.getByLabel("Your name").fill("Ada");
      await ada.page.getByLabel("Message to everyone").fill("Hello, <b>all</b> of you");
      await ada.button("Send").click();
      for (const demo of [ada, bob]) {
        await demo.shows("toast", /^Ada\s*Hello, <b>all<\/b> of you$/);
        await demo.hasDelivered("notify", 1);
      }
      expect(await ada.delivered("notify")).toEqual(await bob.delivered("notify"));
    },
    MINUTES,
  );

  test(
    "an answer goes on after its connection was dropped, and is the one that the server wrote",
    async () => {
      const opened = new Promise<string>((resolve) =>
        fixture.context.on("request", (request) => request.url().includes("/api/events?") && resolve(request.url())),
      );
      const demo = await DemoPage.open(fixture.context, fixture.server.url);
      const events = await openRawEvents(await opened);

      await demo.button("How do I stream a response?").click();
      await demo.hasDelivered("chat.token", 20);
      await demo.button("Drop my connection").click();
      await demo.shows("verdict", "resumed: continued");
      await demo.shows("answer-status", "complete, identical to what the server wrote");

      let written = "";
      for await (const { event, data } of events) {
        if (event === "chat.token") written += (JSON.parse(data) as { text: string }).text;
        if (event === "chat.end") break;
      }
      expect(await demo.element("answer").textContent()).toBe(written);
      expect(await demo.text("reconnects")).toBe("1");
      expect(await demo.text("duplicates")).toBe("0");
      expect(demo.errors).toEqual([]);
    },
    2 * MINUTES,
  );
}
