// What a hub with `history.file` promises: processes of their own, which end or are killed, and others that go on.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as pause } from "node:timers/promises";
import { type AlertEvent, createHub, SSEError } from "../../js/src/server/index.js";
import { DurableServer, numbers, StoreFolder } from "./durable_server.js";

const folders: StoreFolder[] = [];
const servers: DurableServer[] = [];

function folder(): StoreFolder {
  folders.push(new StoreFolder());
  return folders.at(-1) as StoreFolder;
}

async function serving(history: object, more: object = {}): Promise<DurableServer> {
  const server = await DurableServer.start(history, more);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.end()));
  for (const one of folders.splice(0)) one.remove();
});

const upTo = (last: number) => (data: readonly unknown[]) => data.at(-1) === last;

test("nothing is opened or made before the hub is used", async () => {
  const file = folder().file();
  const hub = createHub({ name: "unused and durable", history: { file } });
  hub.stats();
  expect(existsSync(file)).toBe(false);
  await hub.publish("c", { event: "e", data: 1 }).stored;
  expect(existsSync(file)).toBe(true);
});

test("without a file an event counts as stored at once", async () => {
  const hub = createHub({ name: "not durable" });
  await expect(hub.publish("c", { event: "e", data: 1 }).stored).resolves.toBeUndefined();
});

test("a process that ends as it should is continued: cursors, ids and history", async () => {
  const file = folder().file();
  const first = await serving({ file });
  const ids = await first.publish("room", 0, 2000, false);
  await first.exit();
  const second = await serving({ file });
  const more = await second.publish("room", 2000, 10);
  const said = await second.read(["room"], upTo(2009), { lastEventId: ids[99] as string });
  expect(said.verdict).toBe("continued");
  expect(said.data).toEqual(numbers(100, 2010));
  expect(said.ids).toEqual([...ids.slice(100), ...more]);
});

test("a process that is killed loses nothing that was acknowledged, and gives no id twice", async () => {
  const file = folder().file();
  const history = { file, sync: "always" };
  const ids: string[] = [];
  for (let life = 0; life < 10; ++life) {
    const server = await serving(history);
    ids.push(...(await server.publish("room", life * 20, 20)));
    const open = server.publish("room", -1, 50, false).catch(() => []);
    await server.end("SIGKILL");
    await open;
  }
  const server = await serving(history);
  const last = await server.publish("room", 9999, 1);
  const said = await server.read(["room"], upTo(9999), { lastEventId: ids[0] as string });
  expect(said.verdict).toBe("continued");
  expect(said.data.filter((one) => one !== -1)).toEqual([...numbers(1, 200), 9999]);
  expect(said.ids).toEqual(expect.arrayContaining(ids.slice(1)));
  expect(new Set(said.ids).size).toBe(said.ids.length);
  expect(said.ids.at(-1)).toBe(last[0]);
});

test("where a tail was lost, of whichever channel, newcomers are given what is there", async () => {
  const file = folder().file();
  const history = { file, batchMs: 60_000 };
  const first = await serving(history);
  await first.publish("room", 0, 1000, false);
  await first.exit();
  const second = await serving(history);
  await second.publish("other", 0, 10, false);
  await second.end("SIGKILL");
  const third = await serving(history);
  const all = await third.read(["room"], upTo(999), { begin: "&from=earliest" });
  expect(all).toMatchObject({ verdict: undefined, data: numbers(0, 1000) });
  const last = await third.read(["room"], upTo(999), { begin: "&last=5" });
  expect(last).toMatchObject({ verdict: undefined, data: numbers(995, 1000) });
});

test("under batch a process that is killed loses what was not on disk yet, and clients are told", async () => {
  const file = folder().file();
  const history = { file, batchMs: 60_000 };
  const first = await serving(history);
  const reading = first.read(["room"], upTo(4), { begin: "&from=earliest" });
  await first.publish("room", 0, 5, false);
  const before = await reading;
  expect(before.data).toEqual([0, 1, 2, 3, 4]);
  await first.end("SIGKILL");

  const second = await serving({ file });
  const ids = await second.publish("room", 5, 5);
  expect(ids.some((id) => before.ids.includes(id))).toBe(false);
  const told = await second.read(["room"], upTo(9), { lastEventId: before.ids[1] as string });
  expect(told).toMatchObject({ verdict: "gap", data: [5, 6, 7, 8, 9] });
  const upToDate = await second.read(["room"], upTo(9), { lastEventId: before.ids[4] as string });
  expect(upToDate).toMatchObject({ verdict: "continued", data: [5, 6, 7, 8, 9] });
  await second.end("SIGTERM");

  // Who lacks them is told after the next restart, too.
  const third = await serving({ file });
  await third.publish("room", 10, 1);
  const later = await third.read(["room"], upTo(10), { lastEventId: before.ids[1] as string });
  expect(later).toMatchObject({ verdict: "gap", data: [5, 6, 7, 8, 9, 10] });
});

test("where all was on disk, a process that is killed is continued, under batch, too", async () => {
  const file = folder().file();
  const first = await serving({ file });
  const ids = await first.publish("room", 0, 5);
  await first.end("SIGKILL");
  const second = await serving({ file });
  const more = await second.publish("room", 5, 1);
  const said = await second.read(["room"], upTo(5), { lastEventId: ids[1] as string });
  expect(said).toMatchObject({ verdict: "continued", data: [2, 3, 4, 5] });
  const number = (id: string | undefined) => Number(id?.split(".")[1]);
  expect(number(more[0])).toBe(number(ids[4]) + 1);
});

test("who reads durable and other channels gets them in one order, and is told what memory has lost", async () => {
  const file = folder().file();
  const policies = [{ match: "passing:*", durable: false }];
  const first = await serving({ file, memory: { events: 10 } }, { policies });
  const ids: string[] = [];
  for (let at = 0; at < 40; ++at) {
    ids.push(...(await first.publish(at % 2 === 0 ? "kept" : "passing:1", at, 1, at % 10 === 0)));
  }
  const both = await first.read(["kept", "passing:1"], upTo(39), { lastEventId: ids[25] as string });
  expect(both).toMatchObject({ verdict: "continued", data: numbers(26, 40) });
  await first.end("SIGTERM");
  const second = await serving({ file, memory: { events: 10 } }, { policies });
  await second.publish("kept", 40, 1);
  const kept = await second.read(["kept"], upTo(40), { lastEventId: ids[0] as string });
  expect(kept).toMatchObject({ verdict: "continued", data: numbers(1, 21).map((one) => one * 2) });
  const passing = await second.read(["kept", "passing:1"], upTo(40), { lastEventId: ids[0] as string });
  expect(passing).toMatchObject({ verdict: "gap", data: kept.data });
});

test("a history begins with so many of the newest events, wherever they are", async () => {
  const server = await serving({ file: folder().file(), memory: { events: 10 } });
  await server.publish("room", 0, 5000);
  expect((await server.read(["room"], upTo(4999), { begin: "&from=earliest" })).data).toEqual(numbers(0, 5000));
  expect((await server.read(["room"], upTo(4999), { begin: "&last=7" })).data).toEqual(numbers(4993, 5000));
  expect((await server.read(["room"], upTo(4999), { begin: "&last=3000" })).data).toEqual(numbers(2000, 5000));
});

test("a channel that was closed stays so after a restart: who comes later gets what is missing, and the end", async () => {
  const file = folder().file();
  const first = await serving({ file, memory: { events: 10 } });
  const ids = await first.publish("job", 0, 100);
  const reading = first.readToEnd("job", ids[98] as string);
  await first.close("job");
  expect(await reading).toMatchObject({ status: 200, text: expect.stringContaining('"reason":"completed"') });
  await expect(first.publish("job", 100, 1)).rejects.toThrow("CHANNEL_CLOSED");
  await first.end("SIGKILL");
  const second = await serving({ file, memory: { events: 10 } });
  await expect(second.publish("job", 100, 1)).rejects.toThrow("CHANNEL_CLOSED");
  const late = await second.readToEnd("job", ids[4] as string);
  expect(late.text.match(/^data: \d+$/gm)).toEqual(numbers(5, 100).map((one) => `data: ${one}`));
  expect(late.text).toContain('"verdict":"continued"');
  expect(late.text).toContain('{"reason":"completed","reconnect":false}');
  expect(await second.readToEnd("job", ids[99] as string)).toEqual({ status: 204, text: "" });
  await second.forget("job");
  await second.publish("job", 100, 1);
});

test("a channel that is forgotten leaves no trace in memory or in the files, and others stay", async () => {
  const at = folder();
  const server = await serving({ file: at.file(), memory: { events: 10 } });
  const word = "unforgettable-4711";
  const ids = await server.publish(word, 0, 100);
  await server.publish("other", 0, 100);
  const holds = () => readdirSync(at.path).some((name) => readFileSync(join(at.path, name)).includes(word));
  expect(holds()).toBe(true);
  await server.forget(word);
  expect(holds()).toBe(false);
  const [after] = await server.publish(word, 100, 1);
  const said = await server.read([word], upTo(100), { lastEventId: ids[5] as string });
  expect(said).toMatchObject({ verdict: "gap", data: [100], ids: [after] });
  expect((await server.read(["other"], upTo(99), { begin: "&from=earliest" })).data).toEqual(numbers(0, 100));
});

describe("a disk that is full", () => {
  const at = new StoreFolder();
  // A file system of a megabyte, which needs root.
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", at.path]).status === 0;
  afterAll(() => {
    spawnSync("umount", ["--lazy", at.path]);
    at.remove();
  });

  (isMounted ? test : test.skip)(
    "degrades to memory, says so, and recovers by itself, with clients reading all the while",
    async () => {
      const alerts: AlertEvent[] = [];
      const errors: unknown[] = [];
      const policies = [{ match: "strict", history: { sync: "always" as const } }];
      const hub = createHub({ name: "full disk", history: { file: at.file() }, policies, alerts: { everyMs: 10 } });
      hub.on("alert", (event) => {
        if (event.name === "store") alerts.push(event);
      });
      hub.on("error", ({ code, error }) => errors.push(`${code}: ${(error as Error).message}`));
      const heard: unknown[] = [];
      hub.subscribe("room", ({ data }) => heard.push(data));
      const first = hub.publish("room", { event: "e", data: 0 });
      await first.stored;
      writeFileSync(at.file("ballast"), Buffer.alloc(1)); // so that there is something to delete
      expect(() => writeFileSync(at.file("ballast"), Buffer.alloc(2 << 20))).toThrow(/ENOSPC/);

      const waiting = Array.from({ length: 500 }, (_, count) => hub.publish("room", { event: "e", data: count + 1 }));
      while (alerts.length < 1) await pause();
      expect(alerts[0]).toMatchObject({ state: "raised", value: 1 });
      expect(errors).toEqual([expect.stringMatching(/^store: .*cannot be written: is the disk full/)]);
      while (heard.length < 501) await pause();
      const refused = hub.publish("strict", { event: "e", data: "never seen" });
      await expect(refused.stored).rejects.toMatchObject({ code: "STORE_FAILED" });

      rmSync(at.file("ballast"));
      await Promise.all(waiting.map(({ stored }) => stored));
      while (alerts.length < 2) await pause();
      expect(alerts[1]).toMatchObject({ state: "resolved", value: 0 });
      expect(heard).toEqual(numbers(0, 501));
      await hub.publish("strict", { event: "e", data: "seen" }).stored;
      const page = await hub.response(
        new Request("http://x/", { headers: { Accept: "application/json", "Last-Event-ID": first.id as string } }),
        { channels: ["room", "strict"] },
      );
      const { verdict } = (await page.json()) as { verdict: string };
      expect(verdict).toBe("continued");
    },
  );
});

describe("a store that cannot be used", () => {
  let count = 0;
  const made = (file: string) => createHub({ name: `refused ${++count}`, history: { file } });
  const codeOf = (act: () => unknown): string | undefined => {
    try {
      act();
    } catch (error) {
      if (error instanceof SSEError) return `${error.code}: ${error.message}`;
      throw error;
    }
    return undefined;
  };

  test("a file that somebody else has written stays as it is", async () => {
    const file = folder().file();
    writeFileSync(file, "my diary ".repeat(1000));
    const hub = made(file);
    expect(codeOf(() => hub.publish("c", { event: "e", data: 1 }))).toMatch(/^STORE_FAILED: .*not written by Millrace/);
    const response = await hub.response(new Request("http://x/"), { channels: ["c"] });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: "STORE_FAILED" });
    expect(() => hub.document("c").set({})).toThrow(SSEError);
    await expect(hub.forget("c")).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(readFileSync(file, "utf8")).toBe("my diary ".repeat(1000));
  });

  test("a folder that is not there", () => {
    const hub = made(join(folder().path, "no", "such.db"));
    expect(codeOf(() => hub.publish("c", { event: "e", data: 1 }))).toMatch(/^STORE_FAILED: .*folder/);
  });

  test("a file that another process or hub has", async () => {
    const file = folder().file();
    await (await serving({ file })).publish("c", 0, 1);
    const hub = made(file);
    expect(codeOf(() => hub.publish("c", { event: "e", data: 1 }))).toMatch(/^STORE_FAILED: .*another process/);
  });

  test("a path that is given to a hub which was used without one, or has another", () => {
    const hub = createHub({ name: "used before" });
    hub.publish("c", { event: "e", data: 1 });
    const at = folder();
    expect(() => createHub({ name: "used before", history: { file: at.file() } })).toThrow(/was used before/);
    createHub({ name: "has a file", history: { file: at.file() } });
    expect(() => createHub({ name: "has a file", history: { file: at.file("b.db") } })).toThrow(/another history.file/);
    createHub({ name: "has a file", history: { file: at.file() } });
  });
});

describe("options", () => {
  test.each([
    [{ history: { sync: "always" } }, "history.sync is for durable channels: it needs history.file"],
    [{ history: { memory: {} } }, "history.memory is for durable channels: it needs history.file"],
    [{ history: { batchMs: 5 } }, "history.batchMs is for durable channels: it needs history.file"],
    [{ history: { file: "" } }, "history.file must be the path of a file"],
    [{ history: { file: "x", sync: "never" } }, 'history.sync cannot be "never"'],
    [{ history: { file: "x", batchMs: 0 } }, "history.batchMs"],
    [{ history: { file: "x", replayBytes: 1 } }, "history.replayBytes"],
    [{ history: { file: "x", memory: { events: -1 } } }, "history.memory.events"],
    [{ history: { fiel: "x" } }, "file"],
    [{ policies: [{ match: "a", durable: true }] }, "policies[0].durable needs history.file of the hub"],
    [{ policies: [{ match: "a", history: { sync: "batch" } }] }, "policies[0].history.sync needs history.file"],
    [
      { history: { file: "x" }, policies: [{ match: "a", durable: false, history: { sync: "batch" } }] },
      "policies[0].history.sync is for durable channels, and policies[0].durable is false",
    ],
  ])("%j is refused", (options, message) => {
    expect(() => createHub({ name: `options ${message}`, ...(options as object) })).toThrow(message);
  });
});
