import { createServer, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { takeoverCounts } from "../../js/src/server/observe/takeover-counts.js";
import { HubStream } from "../../js/src/server/stream/hub-stream.js";
import { giveSocket } from "../../js/src/server/takeover/give-socket.js";
import { TakenResponse } from "../../js/src/server/takeover/taken-response.js";
import { Takeover, type TakeoverDriver } from "../../js/src/server/takeover/takeover.js";
import { listening, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

// The stages of a takeover, one by one, on a real response: the test is the driver.

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

interface Taking {
  readonly takeover: Takeover;
  readonly stream: HubStream;
  readonly res: ServerResponse;
  readonly socket: Socket;
  readonly client: RawClient;
  /** The stream's first chunk. */
  readonly first: Uint8Array;
}

/** A takeover of a response whose head was written. `before` is called first of all. */
async function taking(
  before: (res: ServerResponse, stream: HubStream) => void = () => {},
  driver: Partial<TakeoverDriver> = {},
  isEnabled = true,
): Promise<Taking> {
  const server = createServer();
  const { port, close } = await listening(server);
  const client = new RawClient(port);
  const answered = new Promise<ServerResponse>((resolve) => server.on("request", (_, res) => resolve(res)));
  client.request();
  const res = await answered;
  const { socket } = res;
  if (socket === null) throw new Error("no socket");
  const stream = new HubStream("stages", {}, false);
  before(res, stream);
  const takeover = new Takeover(stream, res, isEnabled, {
    obstacle: () => undefined,
    uncovered: (look) => look(),
    take(descriptor) {
      const taken = new TakenResponse(res, stream, () => res.end());
      const isTaken = stream.takeOver(giveSocket(descriptor), taken);
      if (isTaken) taken.begin();
      return isTaken;
    },
    ...driver,
  });
  if (!res.headersSent && !res.writableEnded) res.writeHead(200, { "Content-Type": "text/event-stream" });
  ended.push(async () => {
    client.leave();
    stream.leave();
    await close();
  });
  return { takeover, stream, res, socket, client, first: stream.takeFirst() };
}

/** One whose first chunk was seen. */
async function flushing(driver: Partial<TakeoverDriver> = {}): Promise<Taking> {
  const taken = await taking(undefined, driver);
  taken.takeover.writeFirstChunk(taken.first);
  expect(taken.takeover.stage).toBe("flushing");
  return taken;
}

describe("proving", () => {
  test("until the first chunk is on the socket as it was written: flushing", async () => {
    const { takeover, first, client } = await taking();
    expect([takeover.stage, takeover.tryNow(), await takeover.tryInTime()]).toEqual(["proving", false, false]);
    takeover.writeFirstChunk(first);
    expect([takeover.stage, takeover.reason]).toEqual(["flushing", undefined]);
    await client.untilOpen();
  });

  test("tells of the first chunk that somebody else writes", async () => {
    const { takeover, res, first } = await taking();
    const stages: string[] = [];
    takeover.expectFirstChunk(first, () => stages.push(takeover.stage));
    expect(stages).toEqual([]);
    res.write(first); // by the test, as the call stack shows
    expect([stages, takeover.reason]).toEqual([["declined"], "unknownWriter"]);
  });

  test.each<[string, boolean, (res: ServerResponse) => void]>([
    ["disabled", false, () => {}],
    ["notHttp11", true, ({ req }) => Object.assign(req, { httpVersion: "1.0" })],
    ["encrypted", true, ({ socket }) => Object.assign(socket as Socket, { encrypted: true })],
    ["noDescriptor", true, ({ socket }) => hideDescriptor(socket, -1)],
    ["wrappedSocket", true, ({ socket }) => wrapWrite(socket as Socket, (bytes) => bytes)],
    ["ended", true, ({ socket }) => socket?.destroy()],
  ])("declined before anything is written: %s", async (reason, isEnabled, before) => {
    const count = takeoverCounts().declined[reason as "ended"] ?? 0;
    const { takeover } = await taking(before, {}, isEnabled);
    expect([takeover.stage, takeover.reason]).toEqual(["declined", reason]);
    expect(takeoverCounts().declined).toHaveProperty(reason, count + 1);
  });

  test.each<[string, (taken: Taking) => void]>([
    ["changedBytes", ({ res }) => wrapWrite(res, (bytes) => Buffer.concat([Buffer.from(": x\n"), Buffer.from(bytes)]))],
    ["unknownWriter", ({ res }) => wrapWrite(res, (bytes) => bytes)],
    ["delayedBytes", ({ res }) => wrapWrite(res, () => undefined)],
    ["encoded", ({ res }) => (res.hasHeader = () => true)],
    ["wrappedSocket", ({ socket }) => wrapWrite(socket, (bytes) => bytes)],
  ])("declined at the first chunk: %s", async (reason, change) => {
    const taken = await taking();
    change(taken);
    const { takeover, first } = taken;
    takeover.writeFirstChunk(first);
    expect([takeover.stage, takeover.reason]).toEqual(["declined", reason]);
    expect(await takeover.tryInTime()).toBe(false);
  });

  test("declined by its driver", async () => {
    const { takeover, first } = await taking(undefined, { obstacle: () => "bodyRead" });
    takeover.expectFirstChunk(first);
    expect(takeover.reason).toBe("bodyRead");
  });
});

describe("flushing", () => {
  test("until Node has nothing left to write: taken", async () => {
    const { taken } = takeoverCounts();
    const { takeover, stream, client } = await flushing();
    expect(await takeover.tryInTime()).toBe(true);
    expect([takeover.stage, takeover.reason, stream.stage]).toEqual(["taken", undefined, "taken"]);
    expect(takeoverCounts().taken).toBe(taken + 1);
    stream.send({ event: "e", data: 1 });
    stream.close();
    await client.until(({ isWhole }) => isWhole);
    expect(client.events).toEqual(["e:1"]);
  });

  test("a slow client stays, and is tried again", async () => {
    const { takeover, stream, socket, client } = await flushing();
    socket.cork();
    socket.write(""); // counts as corked, and adds nothing
    expect([takeover.tryNow(), takeover.stage]).toEqual([false, "flushing"]);
    socket.uncork();
    await until(() => takeover.tryNow());
    expect(stream.stage).toBe("taken");
    stream.close();
    await client.until(({ isWhole }) => isWhole);
  });

  test.each<[string, (taken: Taking) => void]>([
    ["replacedFunction", ({ res }) => wrapWrite(res, (bytes) => bytes)],
    ["replacedFunction", ({ socket }) => wrapWrite(socket, (bytes) => bytes)],
    ["ended", ({ stream }) => stream.close()],
    ["ended", ({ res }) => res.end()],
    ["ended", ({ socket }) => socket.destroy()],
    ["noDescriptor", ({ socket }) => hideDescriptor(socket, -1)],
    ["noReactor", ({ socket }) => hideDescriptor(socket, 1_000_000)],
  ])("declined: %s (%#)", async (reason, change) => {
    const count = takeoverCounts().declined[reason as "ended"] ?? 0;
    const taken = await flushing();
    change(taken);
    expect(await taken.takeover.tryInTime()).toBe(false);
    expect([taken.takeover.stage, taken.takeover.reason]).toEqual(["declined", reason]);
    expect(takeoverCounts().declined).toHaveProperty(reason, count + 1);
  });

  test("declined by its driver, whose own functions are not in the way", async () => {
    let isRead = false;
    let looks = 0;
    const driver: Partial<TakeoverDriver> = {
      obstacle: () => (isRead ? "bodyRead" : undefined),
      uncovered: (look) => {
        looks += 1;
        return look();
      },
    };
    const { takeover } = await flushing(driver);
    isRead = true;
    expect([takeover.tryNow(), takeover.reason, looks]).toEqual([false, "bodyRead", 1]);
  });
});

describe("for good", () => {
  test("declined, whatever becomes of the reason", async () => {
    const { takeover, res } = await flushing();
    wrapWrite(res, (bytes) => bytes);
    expect(takeover.tryNow()).toBe(false);
    delete (res as { write?: unknown }).write;
    expect([takeover.tryNow(), await takeover.tryInTime(), takeover.stage]).toEqual([false, false, "declined"]);
    const before = takeoverCounts();
    takeover.decline("ended");
    expect([takeover.reason, takeoverCounts()]).toEqual(["replacedFunction", before]);
  });

  test("taken", async () => {
    const { takeover } = await flushing();
    await takeover.tryInTime();
    takeover.decline("ended");
    takeover.stopProving();
    expect([takeover.stage, takeover.reason, takeover.tryNow()]).toEqual(["taken", undefined, true]);
  });
});

/** Replaces `write`; undefined: nothing is written. */
function wrapWrite(one: ServerResponse | Socket, change: (bytes: Uint8Array) => Uint8Array | undefined): void {
  const write = one.write.bind(one) as (bytes: Uint8Array) => boolean;
  one.write = ((bytes: Uint8Array) => {
    const changed = change(bytes);
    return changed === undefined || write(changed);
  }) as typeof one.write;
}

function hideDescriptor(socket: Socket | null, fd: number): void {
  Object.defineProperty((socket as unknown as { _handle: object })._handle, "fd", { value: fd, configurable: true });
}
