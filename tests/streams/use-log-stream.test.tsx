/** @jest-environment ./tests/js/react/page-environment.mjs */
// The hook against a real server in this process.
import { cleanup, render } from "@testing-library/react";
import { type LogStream, type UseLogStreamOptions, useLogStream } from "../../js/src/react/index.js";
import { createHub, createLogEmitter } from "../../js/src/server/index.js";
import { reset } from "../../js/src/shared/reset.js";
import { until } from "../js/client/scripted-server.js";
import { type CorsServer, corsServer } from "../support/cors-server.js";

const ROOM = "room 1/ä";

let count = 0;
let emitter: ReturnType<typeof createLogEmitter>;
let server: CorsServer;
let url: string;
let asked: string[];
/** Requests that are answered 500. */
let broken: (headers: NodeJS.Dict<string | string[]>) => boolean;

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});

beforeEach(async () => {
  broken = () => false;
  asked = [];
  const hub = createHub({ name: `log hook ${++count}` });
  emitter = createLogEmitter(hub, { policy: { rate: false, merge: false }, warnOfVague: false });
  server = await corsServer((req, res) => {
    const { pathname } = new URL(req.url ?? "/", "http://host");
    asked.push(req.url ?? "");
    if (broken(req.headers)) res.writeHead(500).end();
    else void emitter.attach(req, res, decodeURIComponent(pathname.slice(1)));
  });
  url = `${server.origin}/`;
});

afterEach(async () => {
  cleanup();
  reset();
  await server.close();
});

interface ProbeProps {
  readonly room: string | null;
  readonly options: UseLogStreamOptions;
  readonly renders: LogStream[];
}

function Probe({ room, options, renders }: ProbeProps): null {
  const address = (name: string) => url + encodeURIComponent(name);
  renders.push(useLogStream(room, { url: address, retry: { baseMs: 1, maxMs: 1 }, throttleMs: 0, ...options }));
  return null;
}

function probe(options: UseLogStreamOptions = {}, room: string | null = ROOM) {
  const renders: LogStream[] = [];
  const show = (options: UseLogStreamOptions, room: string | null) => (
    <Probe room={room} options={options} renders={renders} />
  );
  const { unmount, rerender } = render(show(options, room));
  const last = () => renders.at(-1) as LogStream;
  const messages = () => last().logs.map(({ message }) => message);
  return {
    renders,
    unmount,
    last,
    messages,
    show: (options: UseLogStreamOptions, room: string | null = ROOM) => rerender(show(options, room)),
  };
}

const log = (message: string, level: "info" | "error" = "info", agent: "story" | "code" = "story") =>
  emitter.emitLog(ROOM, agent, level, message);
const connected = (view: ReturnType<typeof probe>) => until(() => view.last().isConnected);

test("it shows what there was, and what comes", async () => {
  log("1");
  const heard: string[] = [];
  const view = probe({ onEvent: (type) => heard.push(type) });
  expect(view.last()).toMatchObject({
    logs: [],
    isConnected: false,
    state: "connecting",
    isDegraded: false,
    notice: null,
  });
  await until(() => view.messages().length === 1);
  log("2", "error", "code");
  await until(() => view.messages().length === 2);
  const [, second] = view.last().logs;
  expect(second).toMatchObject({
    key: expect.any(Number),
    message: "2",
    level: "error",
    agentType: "code",
    roomId: ROOM,
  });
  expect(second?.timestamp).toMatch(/Z$/);
  expect(view.last()).toMatchObject({ isConnected: true, health: "healthy", transport: "stream", error: null });
  expect(heard).toEqual(["connected", "log", "log"]);
});

test("levels and agents are chosen on the server, and others begin anew", async () => {
  log("1");
  log("2", "error");
  const view = probe({ levels: ["error"], agents: ["story", "code"] });
  await until(() => view.messages().length === 1);
  expect(asked).toEqual([`/${encodeURIComponent(ROOM)}?levels=error&agents=code,story`]);
  log("3", "info");
  log("4", "error", "code");
  await until(() => view.messages().length === 2);
  expect(view.messages()).toEqual(["2", "4"]);
  view.show({ levels: ["info"] });
  await until(() => view.messages().length === 2 && view.messages()[0] === "1");
  expect(view.messages()).toEqual(["1", "3"]);
});

test("the newest are kept, as many as are wanted", async () => {
  const view = probe({ maxLogs: 10 });
  await connected(view);
  for (let n = 1; n <= 500; n++) log(`${n}`);
  await until(() => view.messages().at(-1) === "500");
  expect(view.messages()).toEqual(Array.from({ length: 10 }, (_, at) => `${491 + at}`));
  for (const { logs } of view.renders) expect(logs.length).toBeLessThanOrEqual(10);
});

test("none, and a thousand by default", async () => {
  const none = probe({ maxLogs: 0 });
  const all = probe();
  await connected(none);
  await connected(all);
  for (let n = 1; n <= 1200; n++) log(`${n}`);
  await until(() => all.messages().at(-1) === "1200");
  expect(all.messages()).toHaveLength(1000);
  expect(none.messages()).toEqual([]);
  const error = console.error;
  console.error = () => {};
  expect(() => probe({ maxLogs: -1 })).toThrow("maxLogs must be a whole number");
  console.error = error;
});

test("a list is emptied for its component only", async () => {
  const [one, other] = [probe(), probe()];
  await connected(other);
  log("1");
  await until(() => one.messages().length === 1 && other.messages().length === 1);
  const { clear } = one.last();
  clear();
  await until(() => one.messages().length === 0);
  log("2");
  await until(() => one.messages().length === 1 && other.messages().length === 2);
  expect(one.messages()).toEqual(["2"]);
  expect(one.last().clear).toBe(clear);
  expect(emitter.getConnectionCount(ROOM)).toBe(1);
});

test("what was cleared does not come back, and nothing else is hidden", async () => {
  for (const n of [1, 2, 3]) log(`${n}`);
  const view = probe();
  await until(() => view.messages().length === 3);
  view.last().clear();
  await until(() => view.messages().length === 0);
  const then = Date.now();
  await until(() => Date.now() > then); // the next one is later, by the clock of the records
  view.show({ levels: ["info", "error"] }); // another connection, which is sent the last records again
  log("4", "error");
  await until(() => view.messages().length === 1);
  expect(view.messages()).toEqual(["4"]);
  view.show({}, "another room");
  await until(() => view.last().isConnected);
  emitter.emitLog("another room", "story", "info", "1");
  await until(() => view.messages().length === 1);
  view.show({});
  await until(() => view.messages().at(-1) === "4");
  log("5");
  await until(() => view.messages().at(-1) === "5");
});

test("nothing chosen is nothing asked for", async () => {
  const view = probe({ levels: [] });
  expect(view.last()).toMatchObject({ state: "disconnected", logs: [] });
  expect(asked).toEqual([]);
  view.show({ levels: ["warn", "error"], agents: ["story", "code"] });
  await connected(view);
  view.show({ levels: ["error", "warn"], agents: ["code", "story"] }); // the same
  log("1", "error");
  await until(() => view.messages().length === 1);
  expect(asked).toEqual([`/${encodeURIComponent(ROOM)}?levels=error,warn&agents=code,story`]);
});

test("odd arguments are told, or harmless", () => {
  const error = console.error;
  console.error = () => {};
  expect(() => probe({ levels: "info" as never })).toThrow("levels must be an array of names");
  expect(() =>
    probe({ levels: null as never, throttleMs: undefined as never, url: undefined as never }, "\ud800"),
  ).not.toThrow();
  console.error = error;
});

test("what was missed while the network was away comes once", async () => {
  const view = probe();
  await connected(view);
  log("1");
  await until(() => view.messages().length === 1);
  broken = () => true;
  server.cut();
  await until(() => view.last().attempts > 0);
  expect(view.last()).toMatchObject({ isDegraded: true, notice: expect.stringContaining("connection is lost") });
  log("2");
  log("3");
  broken = () => false;
  await until(() => view.messages().length === 3);
  expect(view.messages()).toEqual(["1", "2", "3"]);
  expect(view.last()).toMatchObject({ isDegraded: false, notice: null });
});

test("after three attempts it polls, and says so", async () => {
  broken = ({ accept }) => !String(accept).startsWith("application/json");
  log("1");
  const view = probe({ fallback: { afterAttempts: 3, everyMs: 5 } });
  await until(() => view.last().transport === "polling" && view.messages().length === 1);
  // Three attempts and the first poll ask from the beginning; later polls, of which there may be some by now, do not.
  expect(asked.filter((path) => !path.includes("lastEventId"))).toHaveLength(4);
  expect(view.last()).toMatchObject({ isDegraded: true, isConnected: true });
  expect(view.last().notice).toMatch(/Live updates/);
  log("2");
  await until(() => view.messages().length === 2);
  broken = () => false;
  view.last().reconnect();
  await until(() => view.last().transport === "stream");
  expect(view.last()).toMatchObject({ isDegraded: false, notice: null, attempts: 0 });
  expect(view.messages()).toEqual(["1", "2"]);
});

test("no room is no connection, and one that may not be read an error", async () => {
  const view = probe({}, null);
  expect(view.last()).toMatchObject({ state: "disconnected", logs: [] });
  view.show({ levels: ["fatal" as never] });
  await until(() => view.last().state === "error");
  expect(view.last().error).toMatchObject({ code: "BAD_RESPONSE", status: 400 });
  expect(view.last().notice).toContain('The connection has ended: There is no level "fatal"');
  expect(asked).toHaveLength(1);
});

test("nothing is rendered after unmounting", async () => {
  const view = probe();
  await connected(view);
  view.unmount();
  const { length } = view.renders;
  log("1");
  await until(() => emitter.getConnectionCount(ROOM) === 0);
  expect(view.renders).toHaveLength(length);
});
