import type { SSEClientOptions } from "../../../js/src/client/index.js";
import { closeAll, ManualClock, nextEvent, type Watched, watch } from "./helpers.js";
import { type Exchange, ScriptedServer, settle, until } from "./scripted-server.js";

/** A window or a document, as far as the client listens to it. */
class FakeTarget extends EventTarget {
  readonly #listeners = new Set<string>();
  hidden = false;

  get listensTo(): string[] {
    return [...this.#listeners].sort();
  }

  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    if (this.#listeners.has(args[0])) throw new Error(`a second listener for ${args[0]}`);
    this.#listeners.add(args[0]);
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    this.#listeners.delete(args[0]);
    super.removeEventListener(...args);
  }
}

const server = ScriptedServer.forEachTest(closeAll);
let clock: ManualClock;
let page: FakeTarget;
let fakeDocument: FakeTarget;
const stubs = ["addEventListener", "removeEventListener", "document"] as const;

beforeEach(() => {
  clock = new ManualClock(0.5);
  page = new FakeTarget();
  fakeDocument = new FakeTarget();
  Object.assign(globalThis, {
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
    document: fakeDocument,
  });
});
afterEach(() => {
  for (const name of stubs) Reflect.deleteProperty(globalThis, name);
});

const happens = (type: string) => void page.dispatchEvent(new Event(type));
function setHidden(hidden: boolean): void {
  fakeDocument.hidden = hidden;
  fakeDocument.dispatchEvent(new Event("visibilitychange"));
}

function open(options: SSEClientOptions = {}): Watched {
  return watch(server.url, { clock, retry: { baseMs: 10_000, maxMs: 60_000 }, ...options });
}

async function connected(options: SSEClientOptions = {}): Promise<Watched & { exchange: Exchange }> {
  const watched = open(options);
  const exchange = await server.next();
  exchange.stream();
  await nextEvent(watched.client, "open");
  return { ...watched, exchange };
}

async function waiting(options: SSEClientOptions = {}): Promise<Watched> {
  const watched = open(options);
  (await server.next()).respond(503);
  await until(() => watched.client.state === "reconnecting");
  return watched;
}

test("the page coming online cuts a wait short", async () => {
  const { client } = await waiting();
  expect(clock.delays).toEqual([5000]);
  happens("online");
  expect(clock.delays).toEqual([5000, 500]);
  expect(client.state).toBe("reconnecting");
  clock.fire();
  await server.next();
  expect(client.state).toBe("connecting");
});

test("offline, it waits as long as it may, says so, and goes on when it is online", async () => {
  const { client, exchange } = await connected();
  happens("offline");
  expect([client.state, client.health]).toEqual(["connected", "healthy"]);
  exchange.destroy();
  await until(() => client.state === "reconnecting");
  expect([clock.delays.at(-1), client.health]).toEqual([60_000, "critical"]);
  const healthier = nextEvent(client, "healthchange");
  happens("online");
  await healthier;
  expect([clock.delays.at(-1), client.health]).toEqual([500, "degraded"]);
});

test("the page going offline in a wait is a change of health at once", async () => {
  const { client } = await waiting();
  const healths: string[] = [];
  client.addEventListener("healthchange", () => void healths.push(client.health));
  happens("offline");
  happens("online");
  expect(healths).toEqual(["critical", "degraded"]);
});

test("a POST that may not be made again is not dropped with the page's being hidden, nor made again by its being restored", async () => {
  const { client, messages, errors, exchange } = await connected({ body: "ask", pauseWhenHidden: true });
  setHidden(true);
  setHidden(false);
  exchange.write("data: x\n\n");
  await until(() => messages.length === 1);
  expect(server.requests).toBe(1);
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  expect(client.state).toBe("error");
  expect(errors).toMatchObject([
    { code: "CONNECTION_FAILED", message: expect.stringContaining("not asked for again") },
  ]);
  expect(server.requests).toBe(1);
  client.reconnect(); // whoever asks for it wants it
  (await server.next()).stream();
  await nextEvent(client, "open");
});

test("an open connection is left alone by online and by visibility", async () => {
  const { client, log } = await connected();
  log.length = 0;
  for (const type of ["offline", "online", "online"]) happens(type);
  setHidden(true);
  setHidden(false);
  fakeDocument.dispatchEvent(new Event("resume"));
  await settle();
  expect([client.state, log, server.requests]).toEqual(["connected", [], 1]);
});

test("the page becoming visible cuts a wait short", async () => {
  await waiting();
  setHidden(true);
  expect(clock.delays).toEqual([5000]);
  setHidden(false);
  expect(clock.delays).toEqual([5000, 500]);
});

test("pauseWhenHidden: hidden, it drops the connection; visible, it resumes", async () => {
  const { client, exchange, messages, errors } = await connected({ pauseWhenHidden: true });
  exchange.write("id: 7\ndata: x\n\n");
  await until(() => messages.length === 1);
  setHidden(true);
  await exchange.gone;
  expect([client.state, clock.isWaiting, errors]).toEqual(["reconnecting", false, []]);
  happens("online");
  await settle();
  expect([server.requests, clock.isWaiting]).toEqual([1, false]);
  setHidden(false);
  expect(client.state).toBe("connecting");
  expect((await server.next()).lastEventId).toBe("7");
});

test("pauseWhenHidden: a hidden page that the browser thaws stays paused", async () => {
  const { client, exchange } = await connected({ pauseWhenHidden: true });
  setHidden(true);
  await exchange.gone;
  fakeDocument.dispatchEvent(new Event("resume"));
  await settle();
  expect([client.state, server.requests]).toEqual(["reconnecting", 1]);
});

test("a visible page that the browser thaws cuts a wait short", async () => {
  await waiting();
  fakeDocument.dispatchEvent(new Event("resume"));
  expect(clock.delays).toEqual([5000, 500]);
});

test("pauseWhenHidden: an attempt and a wait are dropped too", async () => {
  const attempt = open({ pauseWhenHidden: true });
  const exchange = await server.next();
  await settle();
  setHidden(true);
  await exchange.gone;
  expect(attempt.client.state).toBe("reconnecting");
  attempt.client.close();
  fakeDocument.hidden = false;
  await waiting({ pauseWhenHidden: true });
  setHidden(true);
  expect(clock.isWaiting).toBe(false);
});

test("pauseWhenHidden: a page that is hidden from the beginning begins when it is visible", async () => {
  fakeDocument.hidden = true;
  const { client, log } = open({ pauseWhenHidden: true });
  await until(() => client.state === "reconnecting");
  await settle();
  expect(clock.isWaiting).toBe(false);
  setHidden(false);
  await until(() => server.requests > 0);
  await settle();
  expect(log).toEqual(["reconnecting", "connecting"]);
});

test("a page that is hidden from the beginning connects without the option", async () => {
  fakeDocument.hidden = true;
  await connected();
});

test("a page that is back from the back-forward cache connects anew", async () => {
  const { client, exchange, messages } = await connected();
  exchange.write("id: 7\ndata: x\n\n");
  await until(() => messages.length === 1);
  happens("pageshow");
  await settle();
  expect(server.requests).toBe(1);
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  expect(client.state).toBe("connecting");
  expect((await server.next()).lastEventId).toBe("7");
});

test("a closed client listens to nothing, and one that starts again does", async () => {
  const { client } = await connected();
  const [ofPage, ofDocument] = [page.listensTo, fakeDocument.listensTo];
  expect(ofPage).toEqual(["offline", "online", "pageshow"]);
  expect(ofDocument).toEqual(["resume", "visibilitychange"]);
  client.close();
  expect([page.listensTo, fakeDocument.listensTo]).toEqual([[], []]);
  client.reconnect();
  expect([page.listensTo, fakeDocument.listensTo]).toEqual([ofPage, ofDocument]);
});

test("a client that has given up listens to nothing", async () => {
  const { client } = open();
  (await server.next()).respond(403);
  await nextEvent(client, "close");
  expect([page.listensTo, fakeDocument.listensTo]).toEqual([[], []]);
});

test("where a worker has no document, it listens to what there is", async () => {
  Reflect.deleteProperty(globalThis, "document");
  await waiting();
  happens("online");
  expect(clock.delays).toEqual([5000, 500]);
});

test("a client that is closed by what it hears first of the page leaves no listeners", async () => {
  fakeDocument.hidden = true;
  const { client } = open({ pauseWhenHidden: true });
  client.addEventListener("statechange", () => client.state === "reconnecting" && client.close());
  await nextEvent(client, "close");
  await settle();
  expect([page.listensTo, fakeDocument.listensTo]).toEqual([[], []]);
});
