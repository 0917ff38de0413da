import { renderToString } from "react-dom/server";
import { ConnectionBadge, useEventSource } from "../../../js/src/react/index.js";
import { ScriptedServer, settle } from "../client/scripted-server.js";

function Component({ url }: { url: string | null }) {
  const { state, health, isConnected, history } = useEventSource(url, { lastEventId: "7" });
  return <p>{[state, health, isConnected, history.length].join(" ")}</p>;
}

test("on the server it renders a constant, and connects to nothing", async () => {
  const server = await ScriptedServer.start();
  expect(renderToString(<Component url={server.url} />)).toBe("<p>connecting degraded false 0</p>");
  expect(renderToString(<Component url="/relative" />)).toBe("<p>connecting degraded false 0</p>");
  expect(renderToString(<Component url={null} />)).toBe("<p>disconnected disconnected false 0</p>");
  await settle();
  expect(server.requests).toBe(0);
  await server.stop();
});

function Badge() {
  return <ConnectionBadge result={useEventSource("/relative")} />;
}

test("the badge says on the server that it connects", () => {
  expect(renderToString(<Badge />)).toContain("Connecting</span>");
});
