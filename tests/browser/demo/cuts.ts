import { CuttingProxy } from "../support/cutting-proxy.js";
import type { DemoFixture } from "../support/demo-fixture.js";
import { DemoPage } from "../support/demo-page.js";
import { chooseCuts, EVENTS, texts } from "../support/numbered-texts.js";

const MINUTES = 60_000;
const CUTS = 5;
/** How long a client waits after so many connections in a row that did not hold. */
const COOL_DOWN_MS = 30_000;

/** The page, when its connection is cut in the middle of events. */
export function testCuts(fixture: DemoFixture): void {
  test(
    "1,000 events arrive once and in order, though the connection is cut five times in the middle of one",
    async () => {
      const cuts = chooseCuts(CUTS);
      const proxy = await CuttingProxy.start(fixture.server.port, cuts);
      try {
        const demo = await DemoPage.open(fixture.context, proxy.url, (page) => page.clock.install());
        const published: string[] = [];
        for (const text of texts) published.push(await fixture.notify(text));
        await skipPauses(demo, demo.hasDelivered("notify", EVENTS, 2 * MINUTES));

        const delivered = await demo.delivered("notify");
        expect(delivered.map(({ lastEventId }) => lastEventId)).toEqual(published);
        expect(delivered.map(({ data }) => (data as { text: string }).text)).toEqual(texts);
        expect(proxy.cuts).toEqual(cuts);
        await demo.shows("reconnects", String(CUTS));
        expect(await demo.text("duplicates")).toBe("0");
        expect(demo.errors).toEqual([]);
      } finally {
        await proxy.stop();
      }
    },
    5 * MINUTES,
  );
}

/** Puts the page's clock forward each time when its client makes a pause, until there is what was waited for. */
async function skipPauses(demo: DemoPage, awaited: Promise<void>): Promise<void> {
  let isOver = false;
  const over = awaited.finally(() => {
    isOver = true;
  });
  const first = (text: RegExp) => Promise.race([over, demo.shows("health", text, 2 * MINUTES)]);
  while (!isOver) {
    await first(/^Critical$/);
    if (!isOver) await demo.page.clock.fastForward(COOL_DOWN_MS);
    await first(/^(?!Critical)/);
  }
  await over;
}
