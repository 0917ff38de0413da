// Access in Chromium: no token where a page could see it, streams that outlive their tokens, channels that a page chooses.
import { createHmac, randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { createServer, type IncomingMessage } from "node:http";
import type { Browser, BrowserContext, Page, Request } from "playwright-core";
import { jwtAuthorizer } from "../../js/src/jwt/index.js";
import { createHub, createSSEProxy, sessionAuthorizer } from "../../js/src/server/index.js";
import { connectBrowser } from "./support/browser.js";
import { close, listen, pageServer } from "./support/react-page.js";

const MINUTES = 120_000;
const RENEWALS = 20;
const secret = randomBytes(32).toString("hex");
const upstreamToken = `upstream-${randomBytes(24).toString("hex")}`;
const sessionId = `session-${randomBytes(16).toString("hex")}`;

const hub = createHub({ name: "access in Chromium", opaqueIds: { secret }, history: { events: 100_000 } });
const byToken = jwtAuthorizer({
  secret,
  clockToleranceMs: 0,
  cookie: false,
  canAccess: ({ sub }, one) => one === "all" || one === `user:${sub}`,
});
const bySession = sessionAuthorizer({
  getSession: ({ headers }) => (headers.get("cookie")?.includes(sessionId) ? { userId: "ann" } : null),
});

let browser: Browser;
let upstream: Server;
let server: Server;
let origin: string;
let upstreamAsked: IncomingMessage["headers"][] = [];
let opened = 0;

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
/** It lives for a third of a second. */
function newToken(): string {
  const input = `${part({ alg: "HS256" })}.${part({ sub: "ann", exp: Date.now() / 1000 + 0.3 })}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

const program = `
  import { SSEClient } from "millrace/client";
  window.open_ = (url, options) => {
    const heard = [];
    const client = new SSEClient(url, options);
    client.on("n", (n) => heard.push(n));
    Object.assign(window, { client, heard });
  };
  window.freshToken = async () => ({ Authorization: "Bearer " + (await (await fetch("/token")).text()) });
`;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    upstreamAsked.push(request.headers);
    if (request.headers.authorization !== `Bearer ${upstreamToken}`) return void response.writeHead(401).end();
    response.writeHead(200, { "content-type": "text/event-stream" }).write("event: n\ndata: 1\n\n");
  });
  const upstreamUrl = await listen(upstream);
  const proxy = createSSEProxy({
    upstream: upstreamUrl,
    hub: createHub({ name: "proxy in Chromium", authorize: bySession }),
    token: (request) => (request.headers.get("cookie")?.includes(sessionId) ? upstreamToken : undefined),
  });
  server = pageServer(program, (req, res) => {
    const { pathname } = new URL(req.url ?? "", "http://host");
    if (pathname === "/login")
      res.writeHead(204, { "set-cookie": `session=${sessionId}; HttpOnly; SameSite=Strict; Path=/` }).end();
    else if (pathname === "/proxied") void proxy.attach(req, res, "stream");
    else if (pathname === "/token") res.end(newToken());
    else if (pathname !== "/events") return false;
    else if (req.method === "POST") void hub.control(req, res, { authorize: byToken });
    else void hub.attach(req, res, { channels: ["all"], control: true, authorize: byToken });
    return true;
  });
  origin = await listen(server);
  hub.on("connection", () => opened++);
  browser = await connectBrowser();
}, MINUTES);

afterAll(async () => {
  await browser?.close();
  await close(server);
  await close(upstream);
}, MINUTES);

interface World {
  heard: number[];
  client: { state: string; subscribe(channel: string): Promise<void> };
  open_(url: string, options?: object): void;
  freshToken(): Promise<object>;
}

const heardOf = (page: Page) => page.evaluate(() => (window as unknown as World).heard);
const hasHeard = (page: Page, count: number) =>
  page.waitForFunction((least) => (window as unknown as World).heard.length >= least, count);

/** All that a page, its developer tools or an extension could see of a token. */
async function traces(context: BrowserContext, page: Page, requests: readonly Request[]): Promise<string> {
  const sent = await Promise.all(requests.map(async (one) => [one.url(), await one.allHeaders(), one.postData()]));
  const answered = await Promise.all(requests.map(async (one) => (await (await one.response())?.allHeaders()) ?? {}));
  const inPage = await page.evaluate(async () => ({
    cookies: document.cookie,
    local: JSON.stringify(localStorage),
    session: JSON.stringify(sessionStorage),
    databases: JSON.stringify(await indexedDB.databases()),
    caches: JSON.stringify(await caches.keys()),
    address: location.href,
    length: history.length,
    state: JSON.stringify(history.state),
    timings: JSON.stringify(performance.getEntries()),
    html: document.documentElement.outerHTML,
  }));
  return JSON.stringify([sent, answered, inPage, await context.storageState()]);
}

test(
  "the browser never sees the upstream's token, and the page never its session",
  async () => {
    upstreamAsked = [];
    const context = await browser.newContext();
    const page = await context.newPage();
    const requests: Request[] = [];
    page.on("request", (one) => requests.push(one));
    await page.goto(`${origin}/page`);
    await page.evaluate(() => fetch("/login"));
    await page.evaluate(() => (window as unknown as World).open_("/proxied"));
    await hasHeard(page, 1);
    expect(upstreamAsked[0]?.authorization).toBe(`Bearer ${upstreamToken}`);
    expect(upstreamAsked[0]?.cookie).toBeUndefined();
    const all = await traces(context, page, requests);
    expect(all).not.toContain(upstreamToken);
    const inPage = await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(inPage).not.toContain(sessionId);
    expect(requests.map((one) => new URL(one.url()).search)).toEqual(requests.map(() => ""));
    await context.close();
  },
  MINUTES,
);

test(
  `a stream that lives through ${RENEWALS} tokens shows every event once`,
  async () => {
    const page = await browser.newPage();
    await page.goto(`${origin}/page`);
    opened = 0;
    await page.evaluate(() => {
      const { open_, freshToken } = window as unknown as World;
      const retry = { baseMs: 20, maxMs: 100, serverMinMs: 20 };
      // A busy machine may take longer than a token lives: it is asked with another then.
      open_("/events", { headers: freshToken, onUnauthorized: () => {}, retry, breaker: false });
    });
    await page.waitForFunction(() => (window as unknown as World).client.state === "connected");
    let published = 0;
    const timer = setInterval(() => hub.publish("all", { event: "n", data: ++published }), 5);
    try {
      while (opened <= RENEWALS) await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      clearInterval(timer);
    }
    await hasHeard(page, published);
    expect(await heardOf(page)).toEqual(Array.from({ length: published }, (_, at) => at + 1));
    expect(opened).toBeGreaterThan(RENEWALS);
    await page.close();
  },
  MINUTES,
);

test(
  "a page chooses channels on its stream, and reads them again when its token is another",
  async () => {
    const page = await browser.newPage();
    await page.goto(`${origin}/page`);
    await page.evaluate(() => {
      const { open_, freshToken } = window as unknown as World;
      const retry = { baseMs: 20, maxMs: 100, serverMinMs: 20 };
      // A busy machine may take longer than a token lives: it is asked with another then.
      open_("/events", { headers: freshToken, onUnauthorized: () => {}, retry, breaker: false });
    });
    await page.evaluate(() => (window as unknown as World).client.subscribe("user:ann"));
    const refusal = page.evaluate(() =>
      (window as unknown as World).client.subscribe("user:bob").then(
        () => "read",
        (error: { status?: number; code: string }) => `${error.code} ${error.status ?? ""}`,
      ),
    );
    expect(await refusal).toMatch(/^FORBIDDEN (403)?$/);
    opened = 0;
    hub.publish("user:ann", { event: "n", data: -1 });
    await page.waitForFunction(() => (window as unknown as World).heard.includes(-1));
    while (opened < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    hub.publish("user:bob", { event: "n", data: -2 });
    hub.publish("user:ann", { event: "n", data: -3 });
    await page.waitForFunction(() => (window as unknown as World).heard.includes(-3));
    expect((await heardOf(page)).filter((n) => n < 0)).toEqual([-1, -3]);
    await page.close();
  },
  MINUTES,
);
