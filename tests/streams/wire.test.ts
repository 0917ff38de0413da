// What `curl -N` shows of each route is what its guide shows: the same frames in the same order, with the same members.
import { readFileSync } from "node:fs";
import { createServer, get, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import {
  attachAnswerStream,
  createHub,
  createLogEmitter,
  createWorkflowEmitter,
  type WorkflowEmitter,
} from "../../js/src/server/index.js";
import { until } from "../addon/listening.js";

/** The block of a guide that begins with the call of curl, and the address that it asks for. */
function shownIn(guide: string): { readonly path: string; readonly text: string } {
  const page = readFileSync(new URL(`../../docs/guides/${guide}.md`, import.meta.url), "utf8");
  const [, path = "", text = ""] =
    /^\$ curl -N ["']?http:\/\/localhost:3000([^\s"']+)["']?\n(.*?)^```/ms.exec(page) ?? [];
  return { path, text };
}

/** A text's frames without what differs each time: comments with their words, events with the members of their data. Each once. */
function framesOf(text: string): string[] {
  const frames = text
    .split("\n\n")
    .filter(Boolean)
    .map((frame) => {
      const lines = frame.split("\n");
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const [first = ""] = lines;
      if (first.startsWith(":")) return first.replace(/\d+$/, "<n>").replace(/^: s\d+$/, "");
      const data = field("data")?.replaceAll("{…}", "{}");
      const members = data === undefined ? "" : JSON.stringify(Object.keys(JSON.parse(data)));
      return `${field("event") ?? "-"} ${field("id") === undefined ? "" : "with an id "}${members}`;
    });
  return [...new Set(frames)].filter(Boolean);
}

/** What the route sends, until it has shown as many frames as the guide, or has ended. */
async function sentBy(handle: RequestListener, path: string, isEnough: (text: string) => boolean): Promise<string> {
  const server = createServer(handle).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  let text = "";
  const request = get({ port, path, host: "127.0.0.1", headers: { accept: "*/*", "user-agent": "curl/7.88.1" } });
  let isOver = false;
  request.on("response", (response) => {
    response.setEncoding("utf8");
    response.on("data", (chunk) => (text += chunk));
    response.on("close", () => (isOver = true));
  });
  await until(() => isOver || isEnough(text));
  request.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return text;
}

let count = 0;
const newHub = () => createHub({ name: `wire ${++count}` });

test("a workflow", async () => {
  const { path, text } = shownIn("workflows");
  const emitter: WorkflowEmitter = createWorkflowEmitter(newHub(), {
    closeAfterMs: 100,
    progressEveryMs: 1,
    logsEveryMs: 1,
  });
  emitter.emit("wf_1", "workflow:started", { name: "Fix the bug", totalSteps: 3, budgetLimit: 100 });
  emitter.emit("wf_1", "workflow:running", { iterations: 1, totalCost: 85 });
  emitter.emit("wf_1", "log:created", { level: "info", message: "Opened 12 files" });
  const handle: RequestListener = (req, res) => {
    const id = (req.url ?? "").split("/")[3] ?? "";
    void emitter.attach(req, res, id, { heartbeat: { everyMs: 10, comment: "heartbeat {n}" } });
  };
  let isCompleted = false;
  const sent = await sentBy(handle, path, (all) => {
    if (all.includes(": heartbeat 1") && !isCompleted) {
      isCompleted = true;
      emitter.emit("wf_1", "workflow:completed", { duration: 46_000, totalCost: 85, iterations: 1 });
    }
    return false; // it ends by itself
  });
  expect(framesOf(sent)).toEqual(framesOf(text));
});

test("a room's log", async () => {
  const { path, text } = shownIn("logs");
  const emitter = createLogEmitter(newHub());
  const write = () =>
    emitter.emitLog("7", "story", "info", "Reading the user's outline", { userId: "ann", inputLength: 1200 });
  const handle: RequestListener = (req, res) => {
    const heartbeat = { everyMs: 500, event: "heartbeat", data: { count: "{n}", uptimeSeconds: "{uptimeSeconds}" } };
    void emitter.attach(req, res, "7", { heartbeat }).then(write);
  };
  const sent = await sentBy(handle, path, (all) => all.includes("event: heartbeat\n"));
  expect(framesOf(sent)).toEqual(framesOf(text));
});

test("an answer", async () => {
  const { path, text } = shownIn("answers");
  let shown = "";
  const source = async function* () {
    yield "You ";
    await until(() => shown.includes("event: heartbeat\n"));
    yield { text: "know.", sources: ["https://example.com"] };
  };
  const hub = newHub();
  const handle: RequestListener = (req, res) =>
    void attachAnswerStream(req, res, { hub, source, heartbeatSeconds: 0.02 });
  const sent = await sentBy(handle, path, (all) => {
    shown = all;
    return false;
  });
  expect(framesOf(sent)).toEqual(framesOf(text));
});
