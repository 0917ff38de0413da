import { closeAll, watch } from "./helpers.js";
import { ScriptedServer, until } from "./scripted-server.js";

// An EventTarget of Node's reports what a listener throws as an uncaught error.
let reports: string[];
beforeEach(() => {
  reports = [];
  process.setUncaughtExceptionCaptureCallback((error) => void reports.push(error.message));
});
afterEach(() => {
  process.setUncaughtExceptionCaptureCallback(null);
});
const server = ScriptedServer.forEachTest(closeAll);

test("a listener that throws is reported, and neither the others nor the stream notice", async () => {
  const { client, messages, errors } = watch(server.url);
  client.onopen = () => {
    throw new Error("in onopen");
  };
  client.onmessage = () => {
    throw new Error("in onmessage");
  };
  client.on("message", (data) => {
    throw new Error(`in on(): ${data}`);
  });
  const exchange = await server.next();
  exchange.stream("data: 1\n\ndata: 2\n\n");
  await until(() => messages.length === 2);
  exchange.write("data: 3\n\n");
  await until(() => messages.length === 3);
  expect(errors).toEqual([]);
  const perMessage = (data: number) => ["in onmessage", `in on(): ${data}`];
  await until(() => reports.length === 7);
  expect(reports).toEqual(["in onopen", ...[1, 2, 3].flatMap(perMessage)]);
  expect(server.requests).toBe(1);
});
