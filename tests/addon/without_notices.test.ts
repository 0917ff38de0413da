// Streams for clients that take the data of every event for the application's.
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createHub, type Hub } from "../../js/src/server/index.js";

let count = 0;
let hub: Hub;
let server: Server;
let url: string;

beforeEach(async () => {
  hub = createHub({ name: `without notices ${++count}` });
  server = createServer((req, res) => {
    const options = { channels: ["k"], notices: false, closeAfter: "done", from: "earliest" } as const;
    void hub.attach(req, res, { ...options, direct: req.url === "/direct" });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function open(path: string, lastEventId?: string): Promise<IncomingMessage> {
  const headers = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
  const [response] = (await once(get(`${url}${path}`, { headers }), "response")) as [IncomingMessage];
  return response.setEncoding("utf8");
}

/** The text, and whether it is whole. */
async function readAll(response: IncomingMessage): Promise<{ text: string; isWhole: boolean }> {
  let text = "";
  response.on("data", (part: string) => {
    text += part;
  });
  await new Promise((resolve) => response.once("error", resolve).once("close", resolve));
  return { text, isWhole: response.complete };
}

describe.each(["/direct", "/node"])("%s", (path) => {
  test("it has the cursor and the events, whatever cursor its client has", async () => {
    hub.publish("k", { event: "part", data: { n: 1 } });
    const { id } = hub.publish("k", { event: "done", data: { n: 2 } });
    for (const lastEventId of [undefined, id ?? "", "other.7"]) {
      const { text, isWhole } = await readAll(await open(path, lastEventId));
      expect(text.replaceAll(/^id: .*$/gm, "id")).toBe(
        'id\n\nevent: part\nid\ndata: {"n":1}\n\nevent: done\nid\ndata: {"n":2}\n\n',
      );
      expect(isWhole).toBe(true);
    }
  });

  test("a drain breaks it off", async () => {
    hub.publish("k", { event: "part", data: { n: 1 } });
    const response = await open(path);
    const reading = readAll(response);
    await once(response, "data");
    await hub.drain({ withinMs: 0 });
    const { text, isWhole } = await reading;
    expect(text).not.toContain("millrace");
    expect(isWhole).toBe(false);
  });
});

test("a poll says what became of its cursor all the same", async () => {
  const request = new Request("http://host/", { headers: { Accept: "application/json", "Last-Event-ID": "other.1" } });
  const response = await hub.response(request, { channels: ["k"], notices: false });
  expect(await response.json()).toMatchObject({ events: [], verdict: "reset" });
});
