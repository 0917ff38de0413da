// Next.js's caches: when a page is refreshed, how tags reach the route, and whom that answers. The whole is in tests/browser/demo.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { jest } from "@jest/globals";
import { revalidate } from "../../js/src/next/revalidate.js";
import { type RevalidateOptions, revalidateOn, type TagsOf } from "../../js/src/next/revalidate-on.js";
import { revalidateSecret } from "../../js/src/next/revalidate-secret.js";
import { TagSender, TagsRefused } from "../../js/src/next/tag-sender.js";
import { ThrottledRefresh } from "../../js/src/next/throttled-refresh.js";
import { createHub } from "../../js/src/server/index.js";
import { until } from "../addon/listening.js";

describe("a page", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function refreshing(isVisible = true) {
    const seen = { count: 0 };
    const refresh = new ThrottledRefresh(() => void seen.count++, 1000, isVisible);
    return { seen, refresh };
  }

  test("is refreshed at once, then once in the time, also for the last event", () => {
    const { seen, refresh } = refreshing();
    refresh.note();
    expect(seen.count).toBe(1);
    for (let n = 0; n < 10; n++) refresh.note();
    expect(seen.count).toBe(1);
    jest.advanceTimersByTime(999);
    expect(seen.count).toBe(1);
    jest.advanceTimersByTime(1);
    expect(seen.count).toBe(2);
    jest.advanceTimersByTime(5000);
    expect(seen.count).toBe(2);
    refresh.note();
    expect(seen.count).toBe(3);
  });

  test("is refreshed once when it is seen again", () => {
    const { seen, refresh } = refreshing(false);
    for (let n = 0; n < 5; n++) refresh.note();
    jest.advanceTimersByTime(5000);
    expect(seen.count).toBe(0);
    refresh.setVisible(true);
    expect(seen.count).toBe(1);
    refresh.setVisible(false);
    refresh.setVisible(true);
    jest.advanceTimersByTime(5000);
    expect(seen.count).toBe(1);
  });

  test("that has gone is not refreshed", () => {
    const { seen, refresh } = refreshing();
    refresh.note();
    refresh.note();
    refresh.stop();
    jest.advanceTimersByTime(5000);
    expect(seen.count).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe("tags", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const LIMITS = { batchMs: 20, retryMs: 100, mostRetryMs: 400, mostTags: 3, mostCharacters: 40, mostWaiting: 5 };

  function sending() {
    const seen = { sent: [] as string[][], errors: [] as unknown[], isBroken: false, refused: "" };
    const send = async (tags: readonly string[]) => {
      if (tags.includes(seen.refused)) throw new TagsRefused("never");
      if (seen.isBroken) throw new Error("no");
      seen.sent.push([...tags]);
    };
    return { seen, sender: new TagSender(send, LIMITS, (error) => seen.errors.push(String(error))) };
  }

  test("leave together, each once", async () => {
    const { seen, sender } = sending();
    sender.add(["a", "b"]);
    sender.add(["b"]);
    await jest.advanceTimersByTimeAsync(20);
    expect(seen.sent).toEqual([["a", "b"]]);
    sender.add(["c"]);
    sender.add([]);
    await jest.advanceTimersByTimeAsync(20);
    expect(seen.sent).toEqual([["a", "b"], ["c"]]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test("are tried again, less and less often, and none is lost", async () => {
    const { seen, sender } = sending();
    seen.isBroken = true;
    sender.add(["a"]);
    await jest.advanceTimersByTimeAsync(20);
    sender.add(["b"]);
    await jest.advanceTimersByTimeAsync(100 + 200 + 400 + 400);
    expect(seen.errors).toEqual(["Error: no"]); // told once
    seen.isBroken = false;
    await jest.advanceTimersByTimeAsync(400);
    expect(seen.sent).toEqual([["a", "b"]]);
    seen.isBroken = true;
    sender.add(["c"]);
    await jest.advanceTimersByTimeAsync(20);
    expect(seen.errors).toHaveLength(2);
    sender.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  test("leave in parts that the route takes, and none is given up", async () => {
    const { seen, sender } = sending();
    sender.add(["1", "2", "3", "4"]);
    await jest.advanceTimersByTimeAsync(20);
    sender.add(["\u001b\u001b\u001b\u001b", "b".repeat(20), "c"]); // 27 characters as JSON, then 23
    await jest.advanceTimersByTimeAsync(20);
    expect(seen.sent).toEqual([["1", "2", "3"], ["4"], ["\u001b\u001b\u001b\u001b"], ["b".repeat(20), "c"]]);
    expect(seen.errors).toEqual([]);
  });

  test("that are refused are given up, and the others go on", async () => {
    const { seen, sender } = sending();
    seen.refused = "bad";
    sender.add(["bad", "b", "c", "d"]);
    await jest.advanceTimersByTimeAsync(20);
    sender.add(["e"]);
    await jest.advanceTimersByTimeAsync(20);
    expect(seen.sent).toEqual([["d"], ["e"]]);
    expect(seen.errors).toEqual(["Error: never"]);
  });

  test("are bounded while nobody takes them, and what was given up is told once", async () => {
    const { seen, sender } = sending();
    seen.isBroken = true;
    for (let n = 0; n < 8; n++) sender.add([`${n}`]);
    await jest.advanceTimersByTimeAsync(20);
    expect(seen.errors).toEqual(["Error: no", "Error: 3 tags were given up: more than 5 wait to be revalidated"]);
    seen.isBroken = false;
    await jest.advanceTimersByTimeAsync(100);
    expect(seen.sent).toEqual([
      ["3", "4", "5"],
      ["6", "7"],
    ]);
  });
});

let count = 0;
const newHub = () => createHub({ name: `caches ${++count}` });

/** Stands for the route, in a server of its own. */
async function routing(handle: (req: IncomingMessage, res: ServerResponse, body: string) => void) {
  const server = createServer(async (req, res) => {
    let body = "";
    for await (const chunk of req) body += chunk;
    handle(req, res, body);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describe("a channel's events", () => {
  test("revalidate what they concern, and those who wait hear of it", async () => {
    const asked: { url: string | undefined; authorization: string | undefined; body: unknown }[] = [];
    const route = await routing((req, res, body) => {
      asked.push({ url: req.url, authorization: req.headers.authorization, body: JSON.parse(body) });
      res.writeHead(204).end();
    });
    const hub = newHub();
    const revalidated: unknown[] = [];
    const onRevalidated = (tags: readonly string[]) => revalidated.push(tags);
    const tagsOf: TagsOf = ({ event, data }) =>
      event === "price" ? ["prices", `price-${(data as { id: number }).id}`] : null;
    const end = revalidateOn(hub, "prices", tagsOf, {
      origin: route.origin,
      path: "/x",
      profile: "max",
      onRevalidated,
    });
    hub.publish("prices", { event: "price", data: { id: 1 } });
    hub.publish("prices", { event: "else", data: 1 });
    await until(() => revalidated.length === 1);
    expect(asked).toEqual([
      {
        url: "/x",
        authorization: `Bearer ${revalidateSecret()}`,
        body: { tags: ["prices", "price-1"], profile: "max" },
      },
    ]);
    expect(revalidated).toEqual([["prices", "price-1"]]);
    end();
    hub.publish("prices", { event: "price", data: { id: 2 } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toHaveLength(1);
    await route.close();
  });

  test.each<[string, TagsOf | undefined, Partial<RevalidateOptions>, RegExp]>([
    [
      "tags that are none",
      () => [5 as unknown as string],
      {},
      /A cache tag must be a text of 1 to 256 characters, not 5/,
    ],
    ["a tag that is too long", () => "x".repeat(257), {}, /A cache tag must be a text/],
    [
      "a function that throws",
      () => {
        throw new Error("mine");
      },
      {},
      /mine/,
    ],
    ["a route that is none", () => "a", { path: "/404" }, /The route \/404 has answered 404, and not 204/],
    [
      "an answer that leads elsewhere",
      () => "a",
      { path: "/302" },
      /http:.*\/302, where this server takes cache tags, does not answer/,
    ],
    [
      "a server that is not there",
      () => "a",
      { origin: "http://127.0.0.1:1" },
      /http:\/\/127.0.0.1:1\/api\/revalidate, where this server takes/,
    ],
    [
      "tags that come late, and are none",
      async () => [5n as unknown as string],
      {},
      /A cache tag must be a text of 1 to 256 characters, not bigint/,
    ],
    ["a promise that fails", async () => Promise.reject(new Error("mine")), {}, /mine/],
    [
      "a listener that throws",
      () => "a",
      {
        onRevalidated: () => {
          throw new Error("mine too");
        },
      },
      /mine too/,
    ],
  ])("%s is told to the hub's listeners", async (_, tagsOf, options, message) => {
    const route = await routing((req, res) => {
      if (req.url === "/302") res.writeHead(302, { Location: "/" });
      else res.writeHead(req.url === "/404" ? 404 : 204);
      res.end();
    });
    const hub = newHub();
    const errors: string[] = [];
    hub.on("error", ({ error, channels }) => errors.push(`${channels}: ${error}`));
    const end = revalidateOn(hub, "c", tagsOf as TagsOf, { origin: route.origin, ...options });
    hub.publish("c", { event: "e", data: 1 });
    await until(() => errors.length > 0);
    expect(errors[0]).toMatch(message);
    expect(errors[0]).toMatch(/^c: /);
    end();
    await route.close();
  });

  test("without an address, that is said", async () => {
    const { PORT } = process.env;
    delete process.env.PORT;
    const hub = newHub();
    const errors: string[] = [];
    hub.on("error", ({ error }) => errors.push(String(error)));
    const end = revalidateOn(hub, "c", () => "a");
    hub.publish("c", { event: "e", data: 1 });
    await until(() => errors.length > 0);
    expect(errors[0]).toContain("give it as the option origin, or set PORT");
    end();
    if (PORT !== undefined) process.env.PORT = PORT;
  });

  test.each<[unknown[], string]>([
    [[null, "c", () => "a"], "hub must be an object"],
    [["hub", "", () => "a"], "channel must not be empty"],
    [["hub", "c", "a"], "tagsOf must be a function"],
    [["hub", "c", () => "a", { origins: "x" }], 'revalidateOn has no option "origins": is it "origin"?'],
    [["hub", "c", () => "a", { onRevalidated: 1 }], "onRevalidated must be a function"],
    [[{}, "c", () => "a"], "hub.subscribe must be a function"],
    [["hub", "c", () => "a", { origin: "nowhere" }], "origin must be an address"],
    [["hub", "c", () => "a", { origin: "ftp://host" }], "origin must be an address"],
    [["hub", "c", () => "a", { path: "//host/x" }], 'path must begin with one "/"'],
    [["hub", "c", () => "a", { path: "http://host/x" }], 'path must begin with one "/"'],
    [["hub", "c", () => "a", { path: 5 }], "path must be a string"],
    [["hub", "c", () => "a", { profile: 5 }], "profile must be the name of a cache profile"],
    [["hub", "c", () => "a", { profile: { expire: Number.NaN } }], "profile must be the name of a cache profile"],
  ])("%p are no arguments", (args, message) => {
    const [hub, ...rest] = args;
    expect(() => (revalidateOn as (...args: unknown[]) => unknown)(hub === "hub" ? newHub() : hub, ...rest)).toThrow(
      message,
    );
  });
});

describe("the route", () => {
  const ask = (body: string, authorization: string | null = `Bearer ${revalidateSecret()}`) =>
    revalidate(
      new Request("http://host/", { method: "POST", body, headers: authorization === null ? {} : { authorization } }),
    );

  test.each([
    null,
    "",
    "Bearer",
    "Bearer ",
    `Bearer ${"0".repeat(64)}`,
    revalidateSecret(),
    `Bearer ${revalidateSecret()} `.repeat(2),
  ])("answers nobody who says %p", async (authorization) => {
    const response = await ask('{"tags":["a"],"profile":"max"}', authorization);
    expect(response.status).toBe(403);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  });

  test.each([
    "",
    "no JSON",
    "null",
    "[]",
    '{"tags":"a","profile":"max"}',
    '{"tags":[""],"profile":"max"}',
    '{"tags":[1],"profile":"max"}',
    '{"tags":["a"]}',
  ])("takes no %j", async (body) => {
    const response = await ask(body);
    expect([response.status, (await response.json()).code]).toEqual([400, "BAD_REQUEST"]);
  });

  test("takes no more than a thousand tags", async () => {
    const response = await ask(JSON.stringify({ tags: Array(1001).fill("a"), profile: "max" }));
    expect(response.status).toBe(400);
  });
});
