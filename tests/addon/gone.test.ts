import type { IncomingMessage, ServerResponse } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createHub, type SSEStream } from "../../js/src/server/index.js";
import { serving, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

const CLIENTS = 50;
const REQUEST = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** How a request comes to be on its socket. */
const ways: Record<string, { bytes: string; before: number }> = {
  alone: { bytes: REQUEST, before: 0 },
  "on a connection that is kept alive": { bytes: REQUEST, before: 1 },
  "behind one that is not answered yet": {
    bytes: `GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n${REQUEST}`,
    before: 0,
  },
};

test.each(Object.keys(ways))(
  "nothing is done for clients that leave while they are asked who they are: %s",
  async (way) => {
    const { bytes = "", before = 0 } = ways[way] ?? {};
    const hub = createHub({ name: `gone ${way}` });
    const count = { asked: 0, closed: 0, snapshots: 0, announced: 0 };
    hub.on("connection", () => {
      count.announced += 1;
    });
    let admit = () => {};
    const admitted = new Promise<void>((resolve) => {
      admit = resolve;
    });
    const authorize = async () => {
      count.asked += 1;
      await admitted;
      return true;
    };
    const snapshot = () => {
      count.snapshots += 1;
      return { event: "state", data: 1 };
    };
    const attached: Promise<SSEStream>[] = [];
    const handle = (req: IncomingMessage, res: ServerResponse) => {
      if (req.url === "/stream") attached.push(hub.attach(req, res, { channels: ["c"], authorize, snapshot }));
      else if (req.url !== "/never") res.end("answered");
    };
    const { server, port, close } = await serving(handle);
    server.on("connection", (socket) =>
      socket.on("close", () => {
        count.closed += 1;
      }),
    );
    const clients = Array.from({ length: CLIENTS }, () => new RawClient(port));
    for (const client of clients) {
      if (before > 0) {
        client.request({ path: "/before" });
        await client.until(({ isWhole }) => isWhole);
      }
      client.socket.write(bytes);
    }
    await until(() => count.asked === CLIENTS);
    for (const client of clients) client.leave("reset");
    await until(() => count.closed === CLIENTS);
    admit();
    const streams = await Promise.all(attached);
    expect(await Promise.all(streams.map(({ closed }) => closed))).toEqual(Array(CLIENTS).fill("disconnected"));
    expect(count).toMatchObject({ snapshots: 0, announced: 0 });
    expect(hub.stats().connections).toBe(0);
    await close();
  },
);

test("who is asked is told of the client's end", async () => {
  const hub = createHub({ name: "told of the end" });
  let isAborted = false;
  let isAsked = false;
  const { port, close } = await serving((req, res) =>
    hub.attach(req, res, {
      channels: ["c"],
      authorize: async ({ request }) => {
        isAsked = true;
        await new Promise((resolve) => request.signal?.addEventListener("abort", resolve));
        isAborted = true;
        return false;
      },
    }),
  );
  const client = new RawClient(port);
  client.request();
  await until(() => isAsked);
  client.leave();
  await until(() => isAborted);
  await close();
});

test("a client that leaves is noticed by its Request's signal, also when nobody else holds the Request any more", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const hub = createHub({ name: "gone requests" });
  const left: AbortController[] = [];
  for (let n = 0; n < CLIENTS; n++) {
    const client = new AbortController();
    left.push(client);
    await hub.response(new Request("http://host/", { signal: client.signal }), {
      channels: ["c"],
      authorize: () => true,
    });
  }
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(hub.stats().connections).toBe(CLIENTS);
  for (const client of left) client.abort();
  await until(() => hub.stats().connections === 0);
});
