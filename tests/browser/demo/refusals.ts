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
  ])("$what is refused as a problem", async ({ path, body }) => {
    const response = await fetch(`${fixture.server.url}${path}`, body === undefined ? {} : { method: "POST", body });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status: 400, code: "BAD_REQUEST" });
  });
}
