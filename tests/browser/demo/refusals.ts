import type { DemoFixture } from "../support/demo-fixture.js";

/** What the demo's routes do not take. */
export function testRefusals(fixture: DemoFixture): void {
  test.each([
    { what: "no channels", path: "/api/events" },
    { what: "a channel that there is not", path: "/api/events?channels=run,secrets" },
    { what: "a body that is no JSON", path: "/api/chat", body: "no JSON" },
    { what: "a tab that is no name", path: "/api/chat", body: '{"tab":"../x","question":"Why?"}' },
    { what: "a notice without text", path: "/api/notify", body: '{"text":"  "}' },
    { what: "a notice that is too long", path: "/api/notify", body: JSON.stringify({ text: "x".repeat(501) }) },
    { what: "no stream to drop", path: "/api/drop", body: "{}" },
    { what: "a price below nothing", path: "/api/catalogue", body: '{"name":"a","amount":-1}' },
    { what: "a price that is none", path: "/api/catalogue", body: '{"name":"a","amount":null}' },
    { what: "half of a surrogate pair", path: "/api/catalogue", body: '{"name":"\\ud800","amount":1}' },
    { what: "a body without an end", path: "/api/chat", body: " ".repeat(5_000_000) },
  ])("$what is refused as a problem", async ({ path, body }) => {
    const response = await fetch(`${fixture.server.url}${path}`, body === undefined ? {} : { method: "POST", body });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status: 400, code: "BAD_REQUEST" });
  });

  test.each([
    "/api/workflows",
    "/api/workflows/none/flood",
    "/api/rooms/test/flood",
    "/api/catalogue",
    "/api/notify",
    "/api/chat",
    "/api/cut",
    "/api/drop",
  ])("another site's page may not use %s", async (path) => {
    const headers = { "Sec-Fetch-Site": "cross-site" };
    const response = await fetch(`${fixture.server.url}${path}`, { method: "POST", headers, body: "{}" });
    expect([response.status, await response.json()]).toEqual([403, expect.objectContaining({ code: "FORBIDDEN" })]);
  });

  test("rooms that there are not, and what was cut already", async () => {
    const get = (path: string) => fetch(`${fixture.server.url}${path}`);
    expect((await get("/api/rooms/attic/logs")).status).toBe(404);
    const tab = "0123456789abcdef0123456789abcdef";
    for (const path of [
      `/api/rooms/attic/logs?tab=${tab}`,
      `/api/workflows/none/stream?tab=${tab}`,
      `/api/answer?kind=flood&query=a&tab=${tab}`,
    ]) {
      await (await get(path)).text();
    }
    expect(await (await fixture.request("POST", "/api/cut", { tab })).json()).toEqual({ cut: 0 });
  });
}
