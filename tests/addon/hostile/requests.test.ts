import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { createHub, type Hub } from "../../../js/src/server/index.js";
import { attaching, type Listening, until } from "../listening.js";

/** What is sent, byte for byte, and what the answer's first line says; a text that is left out is no request at all. */
const HEAD = "GET / HTTP/1.1\r\nHost: h\r\n";

/** One socket: sends this, and gives what comes until it is closed or the condition holds. */
function raw(port: number, text: string, enough: (received: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text, "latin1"));
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      if (enough(received)) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
  });
}

const statusOf = (received: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1]);

describe("ids and heads of every kind", () => {
  let hub: Hub;
  let server: Listening<never>;
  let own: string;

  beforeAll(async () => {
    hub = createHub({ name: "hostile requests", history: { events: 50 } });
    hub.on("error", () => {});
    const authorize = ({ channels }: { channels: readonly string[] }) => channels.every((one) => one === "mine");
    server = (await attaching(hub, { channels: ["mine"], authorize, control: true, closeAfter: "done" })) as never;
    hub.publish("theirs", { event: "message", data: "theirs" });
    own = hub.publish("mine", { event: "message", data: "mine" }).id as string;
  });
  afterAll(() => server.close());

  const future = () => `${own.split(".")[0]}.9007199254740993`;

  const TABLE: [what: string, status: number, header: () => string, verdict: string | undefined][] = (
    [
      ["no cursor", 200, () => ""],
      ["its own cursor", 200, () => `Last-Event-ID: ${own}`, "continued"],
      ["the cursor 0 of its epoch", 200, () => `Last-Event-ID: ${own.split(".")[0]}.0`, "continued"],
      ["one of the future", 200, () => `Last-Event-ID: ${future()}`, "reset"],
      ["one beyond 64 bits", 200, () => `Last-Event-ID: ${own.split(".")[0]}.${"9".repeat(40)}`, "reset"],
      ["one below zero", 200, () => `Last-Event-ID: ${own.split(".")[0]}.-1`, "reset"],
      ["one in hexadecimal", 200, () => `Last-Event-ID: ${own.split(".")[0]}.0x1`, "reset"],
      ["another epoch", 200, () => "Last-Event-ID: zzzzzz.1", "reset"],
      ["a path", 200, () => "Last-Event-ID: ../../etc/passwd", "reset"],
      ["SQL", 200, () => "Last-Event-ID: 1' or '1'='1", "reset"],
      ["markup", 200, () => "Last-Event-ID: <script>alert(1)</script>", "reset"],
      ["another channel's name", 200, () => "Last-Event-ID: theirs", "reset"],
      ["bytes that are no UTF-8", 200, () => "Last-Event-ID: \xff\xfe\xfd", "reset"],
      ["a thousand characters", 200, () => `Last-Event-ID: ${"a".repeat(1000)}`, "reset"],
      ["two cursors", 200, () => `Last-Event-ID: ${own}\r\nLast-Event-ID: zz.1`, "reset"],
      ["an empty cursor", 200, () => "Last-Event-ID: "],
      ["NUL in a cursor", 400, () => "Last-Event-ID: a\0b"],
      ["CR in a cursor", 400, () => "Last-Event-ID: a\rX: 1"],
      ["a line that is folded", 400, () => "Last-Event-ID: a\r\n b"],
      ["a head of 20 KiB", 431, () => `X: ${"a".repeat(20_000)}`],
      ["a thousand headers", 200, () => Array.from({ length: 1000 }, (_, at) => `X${at}: 1`).join("\r\n")],
      ["a body of a GET", 200, () => "Content-Length: 3\r\n\r\nabc"],
      ["two lengths", 400, () => "Content-Length: 3\r\nContent-Length: 4"],
      ["a length and chunks", 400, () => "Content-Length: 3\r\nTransfer-Encoding: chunked"],
      ["no type that there is", 406, () => "Accept: image/png"],
      ["types that are no types", 400, () => "X-Event-Types: %"],
      ["a type two thousand times", 200, () => `X-Event-Types: ${"message,".repeat(1500)}`],
      ["channels that it may not read", 200, () => "X-Stream-Channels: theirs"],
      ["channels with a line in them", 200, () => "X-Stream-Channels: a%0d%0aX-Evil:%201"],
      ["channels that are no text", 400, () => "X-Stream-Channels: %ff"],
      ["an Upgrade", 200, () => "Connection: Upgrade\r\nUpgrade: websocket"],
      ["Expect that nobody knows", 417, () => "Expect: 200-ok"],
      ["a trace id with a line in it", 400, () => "X-Trace-ID: a\rb"],
      ["a traceparent that is none", 200, () => "traceparent: 00-zz-zz-zz"],
      ["Accept-Encoding of every kind", 200, () => "Accept-Encoding: gzip;q=NaN, br;q=-1, *;q=9, ;;;"],
    ] as [string, number, () => string, string?][]
  ).map(([what, status, header, verdict]) => [what, status, header, verdict]);

  test.each(TABLE)("%s: %i", async (_, status, header, verdict) => {
    const text = `${HEAD}${header()}${header() === "" ? "" : "\r\n"}\r\n`;
    const mark = `mark ${randomBytes(8).toString("hex")}`;
    const answer = raw(
      server.port,
      text,
      (received) => received.includes(mark) || (status !== 200 && received.includes("\r\n\r\n")),
    );
    if (status === 200) {
      await until(() => hub.connectionCount("mine") > 0);
      hub.publish("theirs", { event: "message", data: "theirs" });
      hub.publish("mine", { event: "message", data: mark });
    }
    const received = await answer;
    expect(statusOf(received)).toBe(status);
    expect(received).not.toContain('theirs"\n');
    expect(received).not.toMatch(/^X-Evil:/m);
    if (verdict !== undefined) expect(received).toContain(`"verdict":"${verdict}"`);
    await until(() => hub.stats().connections === 0);
  });
});

describe("clients that are slow, half open, or many", () => {
  test("a thousand that send half a head and nothing else hold no connection of the hub, and others are served", async () => {
    const hub = createHub({ name: "half a head" });
    const server = await attaching(hub, { channels: ["c"] });
    const half = Array.from({ length: 1000 }, () => {
      const socket = connect(server.port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: h\r\nX-A"));
      return socket.on("error", () => {});
    });
    await until(() => half.every((socket) => !socket.connecting));
    expect(hub.stats().connections).toBe(0);
    expect(statusOf(await raw(server.port, `${HEAD}\r\n`, (received) => received.includes("\r\n\r\n")))).toBe(200);
    for (const socket of half) socket.destroy();
    await server.close();
  });

  test("a client that takes nothing is cut, and so much waits for it at most", async () => {
    const hub = createHub({ name: "takes nothing", limits: { connections: 50 } });
    const ends: string[] = [];
    hub.on("close", ({ reason }) => ends.push(reason));
    const server = await attaching(hub, { channels: ["c"], lag: { stallMs: 200, events: 100 } });
    const sockets = Array.from({ length: 50 }, () => {
      const socket = connect(server.port, "127.0.0.1", () => socket.write(`${HEAD}\r\n`));
      return socket.on("error", () => {}).pause();
    });
    await until(() => hub.connectionCount("c") === 50);
    expect(statusOf(await raw(server.port, `${HEAD}\r\n`, (received) => received.includes("\r\n\r\n")))).toBe(503);
    let most = 0;
    const text = "x".repeat(64 * 1024);
    while (ends.length < 50) {
      hub.publish("c", { event: "message", data: text });
      most = Math.max(most, hub.stats().memory.core.total);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(new Set(ends)).toEqual(new Set(["lagging"]));
    expect(most).toBeLessThan(48 * 1024 * 1024);
    for (const socket of sockets) socket.destroy();
    await server.close();
  });

  test("clients that leave at every moment leave nothing", async () => {
    const hub = createHub({ name: "leaving" });
    const wait = () => new Promise<boolean>((resolve) => setTimeout(resolve, Math.random() * 5, true));
    const server = await attaching(hub, {
      channels: ["c"],
      authorize: wait,
      exists: wait,
      snapshot: async () => {
        await wait();
        return { data: 1 };
      },
    });
    await Promise.all(
      Array.from({ length: 300 }, async (_, at) => {
        const socket = connect(server.port, "127.0.0.1", () => socket.write(`${HEAD}\r\n`));
        socket.on("error", () => {});
        await new Promise((resolve) => setTimeout(resolve, (at % 20) + Math.random()));
        if (at % 2 === 0) socket.destroy();
        else socket.resetAndDestroy();
      }),
    );
    await until(() => hub.stats().connections === 0 && hub.connectionCount() === 0);
    await server.close();
  });
});
