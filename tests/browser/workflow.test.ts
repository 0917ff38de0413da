// Workflows in Chromium: two pages that see the same, through cuts, and under load.
import type { Server } from "node:http";
import type { Browser, Page } from "playwright-core";
import type { WorkflowStream } from "../../js/src/react/index.js";
import { createHub, createWorkflowEmitter, type WorkflowEmitter } from "../../js/src/server/index.js";
import { connectBrowser } from "./support/browser.js";
import { close, listen, pageServer } from "./support/react-page.js";

const MINUTES = 60_000;
const ID = "wf 1/ä";
const AGENTS = 200;
const EVENTS = 20_000;

let browser: Browser;
let server: Server;
let origin: string;
let emitter: WorkflowEmitter;
let isBroken = false;

/** What the page keeps for the test. */
interface Seen {
  last: WorkflowStream;
  events: number;
  renders: number;
  frames: number;
}

const program = `
  import { createRoot } from "react-dom/client";
  import { useWorkflowStream } from "millrace/react";

  const seen = (window.seen = { events: 0, renders: 0, frames: 0 });
  const onFrame = () => (seen.frames++, requestAnimationFrame(onFrame));
  requestAnimationFrame(onFrame);
  function Workflow() {
    const result = useWorkflowStream(${JSON.stringify(ID)}, {
      onEvent: () => void seen.events++,
      retry: { baseMs: 10, maxMs: 50 },
      breaker: false,
    });
    seen.last = result;
    seen.renders++;
    return (
      <main>
        <h1>{result.workflow?.name}: {result.workflow?.status}</h1>
        <p>{result.isConnected ? "Live" : "Disconnected"}</p>
        <ul>{result.agents.map((agent) => <li key={agent.agentName}>{agent.agentName} {agent.message}</li>)}</ul>
        <button onClick={() => result.command("pause").then((answer) => { seen.answer = answer; })}>Pause</button>
      </main>
    );
  }
  createRoot(document.querySelector("#root")).render(<Workflow />);
`;

beforeAll(async () => {
  emitter = createWorkflowEmitter(createHub({ name: "browser workflows" }), { progressEveryMs: 1, logsEveryMs: 10 });
  server = pageServer(program, (request, response) => {
    const id = /^\/api\/workflows\/([^/]+)\/stream/.exec(request.url ?? "")?.[1];
    if (id === undefined) return false;
    if (isBroken) response.writeHead(503).end();
    else void emitter.attach(request, response, decodeURIComponent(id));
    return true;
  });
  origin = await listen(server);
  browser = await connectBrowser();
}, MINUTES);

afterAll(async () => {
  await browser?.close();
  await close(server);
}, MINUTES);

async function open(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(origin);
  await page.waitForFunction(() => (window as unknown as { seen: Seen }).seen.last?.workflow != null);
  return page;
}

const seenBy = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen }).seen);

/** Until the page shows this iteration, and so many log records. */
const shows = (page: Page, iterations: number, logs: string) =>
  page.waitForFunction(
    ([number, message]) => {
      const { last } = (window as unknown as { seen: Seen }).seen;
      return last.workflow?.iterations === number && last.logs.at(-1)?.message === message;
    },
    [iterations, logs] as const,
    { timeout: MINUTES },
  );

const start = () => emitter.emit(ID, "workflow:started", { name: "build", totalSteps: 3 });

test(
  "two pages see the same, and what they missed comes by itself",
  async () => {
    start();
    const pages = [await open(), await open()];
    emitter.emit(ID, "agent:started", { agentName: "ann", agentRole: "developer", stepNumber: 1, prompt: "Fix" });
    for (let n = 1; n <= 300; n++) emitter.emit(ID, "log:created", { level: "info", message: `line ${n}` });
    emitter.emit(ID, "workflow:running", { iterations: 1 });
    for (const page of pages) await shows(page, 1, "line 300");

    // Cut for longer than the history remembers.
    isBroken = true;
    server.closeAllConnections();
    for (const page of pages) {
      await page.waitForFunction(() => (window as unknown as { seen: Seen }).seen.last.attempts > 0);
    }
    for (let n = 2; n <= 700; n++) emitter.emit(ID, "workflow:running", { iterations: n });
    for (let n = 301; n <= 320; n++) emitter.emit(ID, "log:created", { level: "info", message: `line ${n}` });
    isBroken = false;
    for (const page of pages) {
      await shows(page, 700, "line 320");
      const { last } = await seenBy(page);
      expect(last.workflow).toEqual(await emitter.getState(ID));
      expect(last.logs.map(({ message }) => message)).toEqual(Array.from({ length: 200 }, (_, n) => `line ${n + 121}`));
      expect(last).toMatchObject({ isConnected: true, isStreaming: true, error: null, notice: null });
    }

    emitter.onCommand(ID, (command) => command === "pause");
    await pages[0]?.getByRole("button", { name: "Pause" }).click();
    await pages[0]?.waitForFunction(() => "answer" in (window as unknown as { seen: Seen }).seen);
    expect(await seenBy(pages[0] as Page)).toMatchObject({ answer: { isAccepted: true } });

    emitter.emit(ID, "workflow:completed", { duration: 1000, totalCost: 5, iterations: 700 });
    for (const page of pages) {
      await page.getByRole("heading", { name: "build: completed" }).waitFor();
      await page.waitForFunction(() => (window as unknown as { seen: Seen }).seen.last.completed);
      expect((await seenBy(page)).last).toMatchObject({ error: null, state: "disconnected", notice: null });
      await page.close();
    }
  },
  2 * MINUTES,
);

test(
  "20,000 progress events of 200 agents leave the page drawing, with the server's state",
  async () => {
    start();
    const page = await open();
    const before = await seenBy(page);
    const names = Array.from({ length: AGENTS }, (_, n) => `agent ${n}`);
    for (const [n, agentName] of names.entries()) {
      emitter.emit(ID, "agent:started", { agentName, agentRole: "developer", stepNumber: n, prompt: "Compile" });
    }
    for (let n = 0; n < EVENTS; n++) {
      const agentName = names[n % AGENTS] as string;
      emitter.emit(ID, "agent:progress", { agentName, message: `file ${n}`, level: "info" });
      if (n % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
    }
    emitter.emit(ID, "workflow:running", { iterations: 1 });
    emitter.emit(ID, "log:created", { level: "info", message: "the end" });
    emitter.hub.flush();
    await shows(page, 1, "the end");
    const state = JSON.stringify(await emitter.getState(ID));
    await page.waitForFunction(
      (text) => JSON.stringify((window as unknown as { seen: Seen }).seen.last.workflow) === text,
      state,
      { timeout: MINUTES },
    );
    const seen = await seenBy(page);
    expect(seen.events - before.events).toBeGreaterThan(1000);
    expect(seen.renders - before.renders).toBeLessThan((seen.events - before.events) / 5);
    expect(seen.frames).toBeGreaterThan(before.frames);
    await page.close();
  },
  2 * MINUTES,
);
