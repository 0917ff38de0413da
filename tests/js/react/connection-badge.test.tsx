/** @jest-environment ./tests/js/react/page-environment.mjs */
import { render } from "@testing-library/react";
import { SSEError } from "../../../js/src/client/index.js";
import {
  ConnectionBadge,
  type ConnectionBadgeProps,
  type Health,
  useEventSource,
} from "../../../js/src/react/index.js";
import { until } from "../client/scripted-server.js";
import { mount, serverPerTest } from "./helpers.js";

const server = serverPerTest();

function badge(props: ConnectionBadgeProps) {
  const { container, unmount } = render(<ConnectionBadge {...props} />);
  const element = container.firstElementChild as HTMLElement;
  const dot = element.firstElementChild as HTMLElement;
  const { health, state } = element.dataset;
  const shown = { text: element.textContent, title: element.title, dot, element, health, state };
  unmount();
  return shown;
}

const healths: Health[] = ["healthy", "degraded", "critical", "disconnected"];

test("each health has a text and a colour of its own, which can be seen on white and on black", () => {
  const badges = healths.map((health) => badge({ health }));
  expect(badges.map(({ text }) => text)).toEqual(["Live", "Degraded", "Critical", "Disconnected"]);
  expect(badges.map(({ health }) => health)).toEqual(healths);
  const colours = badges.map(({ dot }) => dot.style.background);
  expect(new Set(colours).size).toBe(4);
  for (const colour of colours) {
    const luminance = luminanceOf(colour);
    expect(1.05 / (luminance + 0.05)).toBeGreaterThanOrEqual(4.5);
    expect((luminance + 0.05) / 0.05).toBeGreaterThanOrEqual(3);
  }
});

test("it is announced, and the dot is not", () => {
  const { element, dot } = badge({ health: "healthy" });
  expect([element.getAttribute("role"), element.getAttribute("aria-live")]).toEqual(["status", "polite"]);
  expect(dot.getAttribute("aria-hidden")).toBe("true");
  expect(element.style.color).toBe("");
});

const gone = new SSEError("BAD_RESPONSE", "has status 404");
test.each([
  [{ health: "degraded", state: "connecting", attempts: 0 }, "Connecting", "Connecting"],
  [{ health: "degraded", state: "connecting", attempts: 2 }, "Degraded", "Reconnecting (attempt 2)"],
  [{ health: "critical", state: "reconnecting", attempts: 3 }, "Critical", "Reconnecting (attempt 3)"],
  [{ health: "degraded", state: "reconnecting", attempts: 0 }, "Degraded", "Reconnecting"],
  [{ health: "healthy", state: "connected", transport: "stream" }, "Live", "Connected"],
  [{ health: "critical", state: "connected" }, "Critical", "Connected, but heartbeats are late or missing"],
  [
    { health: "degraded", state: "connected", transport: "polling" },
    "Degraded",
    "Connected by polling: the stream does not come through",
  ],
  [{ health: "disconnected", state: "disconnected" }, "Disconnected", "Closed"],
  [{ health: "disconnected", state: "error", error: gone }, "Disconnected", "Gave up: has status 404"],
  [{ health: "disconnected", state: "error" }, "Disconnected", "Gave up"],
  [{ health: "healthy" }, "Live", ""],
] satisfies [ConnectionBadgeProps["result"], string, string][])("%j", (result, text, title) => {
  expect(badge({ result })).toMatchObject({ text, title, state: "state" in result ? result.state : undefined });
});

test("other words, and whatever a span takes", () => {
  const labels = { healthy: "Canlı", connecting: "Bağlanıyor" };
  expect(badge({ health: "healthy", labels }).text).toBe("Canlı");
  expect(badge({ health: "degraded", state: "connecting", labels }).text).toBe("Bağlanıyor");
  expect(badge({ health: "critical", labels }).text).toBe("Critical");
  const { element } = badge({ health: "healthy", className: "x", style: { gap: 0, color: "red" }, id: "b", title: "" });
  expect([element.className, element.id, element.style.color, element.title]).toEqual(["x", "b", "red", ""]);
  expect(element.style.display).toBe("inline-flex");
});

function News({ url }: { url: string }) {
  return <ConnectionBadge result={useEventSource(url)} />;
}

test("it follows the hook", async () => {
  const { container } = mount(<News url={server.url} />);
  await until(() => container.textContent === "Connecting");
  (await server.next()).stream();
  await until(() => container.textContent === "Live");
});

/** Relative luminance, by WCAG 2. */
function luminanceOf(colour: string): number {
  const parts = (colour.match(/\d+/g) ?? []).map((part) => Number(part) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
