import { createHub } from "../../js/src/server/index.js";
import { attaching, until } from "./listening.js";
import { RawClient } from "./raw_client.js";
import { serve } from "./serve.js";

test("where attach alone was called so far, the first requests that hub.response answers are known, too", async () => {
  const hub = createHub({ name: "after attach" });
  const attached = await attaching(hub, { channels: ["c"] });
  const other = await (await RawClient.open(attached.port)).untilOpen();
  const statuses: number[] = [];
  const server = await serve(async (request) => {
    const response = await hub.response(request, { channels: ["c"] });
    statuses.push(response.status);
    return response;
  });
  const client = new RawClient(Number(new URL(server.url).port));
  client.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(3));
  await until(() => statuses.length === 3);
  expect([statuses.sort(), hub.stats().connections]).toEqual([[200, 429, 429], 2]);
  for (const one of [client, other]) one.leave();
  await until(() => hub.stats().connections === 0);
  await server.close();
  await attached.close();
});
