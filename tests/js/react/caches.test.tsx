/** @jest-environment ./tests/js/react/page-environment.mjs */
// The recipes of docs/guides/caches.md, as they stand there, against a real server in this process.
import { readFileSync } from "node:fs";
import * as query from "@tanstack/react-query";
import { cleanup, render } from "@testing-library/react";
import type * as React from "react";
import * as jsx from "react/jsx-runtime";
import * as swr from "swr";
import * as hooks from "../../../js/src/react/index.js";
import { createHub, type Hub } from "../../../js/src/server/index.js";
import { reset } from "../../../js/src/shared/reset.js";
import { runBlock } from "../../seeds/blocks.js";
import { type CorsServer, corsServer } from "../../support/cors-server.js";
import { until } from "../client/scripted-server.js";

const page = readFileSync(new URL("../../../docs/guides/caches.md", import.meta.url), "utf8");

/** The block of the guide that begins with this line. */
function blockOf(file: string): string {
  const found = [...page.matchAll(/^```tsx\n(?<code>.*?)^```/gms)].find(({ groups }) =>
    groups?.code?.startsWith(`// ${file}`),
  );
  return found?.groups?.code ?? "";
}

let count = 0;
let server: CorsServer;
let origin: string;
let hub: Hub;
/** What the server answers, by path, and how often it was asked. */
let answers: Record<string, unknown>;
let asked: string[];
const { fetch } = globalThis;

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});

beforeEach(async () => {
  hub = createHub({ name: `caches of pages ${++count}` });
  answers = {};
  asked = [];
  server = await corsServer((req, res) => {
    const path = req.url ?? "";
    if (path.endsWith("/events")) return void hub.attach(req, res, { channels: [path] });
    asked.push(path);
    res.setHeader("Content-Type", "application/json").end(JSON.stringify(answers[path]));
  });
  origin = server.origin;
  // The page's own addresses are this server's.
  globalThis.fetch = ((url: string, init?: RequestInit) => fetch(new URL(url, origin), init)) as typeof fetch;
});

afterEach(async () => {
  cleanup();
  reset();
  globalThis.fetch = fetch;
  await server.close();
});

const modules = () => ({
  ...{ "@tanstack/react-query": query, swr, "react/jsx-runtime": jsx },
  "millrace/react": {
    useEventSource: (url: string, options: object) => hooks.useEventSource(`${origin}${url}`, { ...options, fetch }),
  },
});

test("TanStack Query shows what events say", async () => {
  answers["/api/orders"] = [{ id: 1, state: "open" }];
  const { Orders } = runBlock(blockOf("app/orders.tsx"), modules()) as { Orders: React.FC };
  const client = new query.QueryClient();
  const { container } = render(
    <query.QueryClientProvider client={client}>
      <Orders />
    </query.QueryClientProvider>,
  );
  await until(() => container.textContent === "1: open" && hub.connectionCount() === 1);
  hub.publish("/api/orders/events", { event: "order", data: { id: 1, state: "paid" } });
  await until(() => container.textContent === "1: paid"); // without asking the server
  const before = asked.length;
  answers["/api/orders"] = [
    { id: 1, state: "paid" },
    { id: 2, state: "open" },
  ];
  hub.publish("/api/orders/events", { event: "added", data: { id: 2 } });
  await until(() => container.textContent === "1: paid2: open");
  expect(asked.length).toBeGreaterThan(before);
  client.clear();
});

test("SWR shows what events say", async () => {
  answers["/api/stock"] = { wheel: 3 };
  const { Stock } = runBlock(blockOf("app/stock.tsx"), {
    ...modules(),
    swr: { ...swr, default: swr.default, __esModule: true },
  }) as { Stock: React.FC };
  const { container } = render(
    <swr.SWRConfig value={{ provider: () => new Map(), dedupingInterval: 0 }}>
      <Stock />
    </swr.SWRConfig>,
  );
  await until(() => container.textContent === "wheel: 3" && hub.connectionCount() === 1);
  hub.publish("/api/stock/events", { event: "counted", data: { wheel: 2 } });
  await until(() => container.textContent === "wheel: 2");
  answers["/api/stock"] = { wheel: 2, mill: 1 };
  hub.publish("/api/stock/events", { event: "stale", data: {} });
  await until(() => container.textContent === "wheel: 2mill: 1");
});
