import type { Page } from "playwright-core";
import type { DemoFixture } from "../support/demo-fixture.js";
import { DemoPage } from "../support/demo-page.js";

const MINUTES = 60_000;

interface Watched {
  /** What the page's policy has forbidden. */
  blocked: string[];
  /** How many WebAssembly modules were instantiated. */
  modules: number;
}

/** Notes what the policy forbids and what WebAssembly there is, and gives the page a policy. */
const watchUnder = (policy: string, url: string) => async (page: Page) => {
  await page.addInitScript(() => {
    const watched: Watched = { blocked: [], modules: 0 };
    Object.assign(window, { watched });
    document.addEventListener("securitypolicyviolation", ({ blockedURI }) => watched.blocked.push(blockedURI));
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = (async (...args: Parameters<typeof instantiate>) => {
      const result = await instantiate(...args);
      watched.modules += 1;
      return result;
    }) as typeof instantiate;
  });
  await page.route(url, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": policy } });
  });
};

const watched = (demo: DemoPage) => demo.page.evaluate(() => (window as unknown as { watched: Watched }).watched);

/** The page under policies that allow WebAssembly, and do not. */
export function testPolicies(fixture: DemoFixture): void {
  test.each([
    {
      name: "allows WebAssembly",
      policy: "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
      modules: 1,
      blocked: [],
    },
    { name: "forbids it", policy: "script-src 'self' 'unsafe-inline'", modules: 0, blocked: ["wasm-eval"] },
  ])(
    "a page whose policy $name streams, and resumes",
    async ({ policy, modules, blocked }) => {
      const url = `${fixture.server.url}/`;
      const demo = await DemoPage.open(fixture.context, url, watchUnder(policy, url));
      expect(await watched(demo)).toEqual({ modules, blocked });

      await demo.button("What does use cache do?").click();
      await demo.hasDelivered("chat.token", 20);
      await demo.button("Drop my connection").click();
      await demo.shows("verdict", "resumed: continued");
      await demo.shows("answer-status", "complete, identical to what the server wrote");
      expect(await demo.text("duplicates")).toBe("0");
      expect(demo.errors).toEqual([]);
    },
    2 * MINUTES,
  );
}
