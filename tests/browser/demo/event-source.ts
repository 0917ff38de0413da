import { CuttingProxy } from "../support/cutting-proxy.js";
import type { DemoFixture } from "../support/demo-fixture.js";
import { chooseCuts, texts } from "../support/numbered-texts.js";
import { hasReceivedAll, openEventSource } from "../support/received.js";

const MINUTES = 60_000;
/** Chromium comes back after three seconds. */
const CUTS = 2;

/** A route handler's stream, as the browser's own EventSource receives it when its connection is cut. */
export function testEventSource(fixture: DemoFixture): void {
  test(
    "gets every event of a route handler once and in order",
    async () => {
      const cuts = chooseCuts(CUTS);
      const proxy = await CuttingProxy.start(fixture.server.port, cuts);
      try {
        const page = await openEventSource(fixture.context, proxy.url, "/api/events?channels=notify");
        const ids: string[] = [];
        for (const text of texts) ids.push(await fixture.notify(text));
        expect(await hasReceivedAll(page)).toMatchObject({ texts, ids });
        expect(proxy.cuts).toEqual(cuts);
      } finally {
        await proxy.stop();
      }
    },
    3 * MINUTES,
  );
}
