import { away, closeAll, missing, watch } from "./core-away.js";
import { ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

test("the client says why, and loads the core again", async () => {
  away.times = 2;
  const { client, errors, messages } = watch(server.url);
  expect(client.implementation).toBeNull();
  // The first requests were dropped, maybe before they arrived.
  for (let request = 0; request < 3; request++) {
    void server.next().then((exchange) => exchange.stream("data: here\n\n"));
  }
  await until(() => messages.length > 0);
  expect(messages).toEqual(["message:here"]);
  expect(errors).toMatchObject([
    { code: "CONNECTION_FAILED", cause: missing },
    { code: "CONNECTION_FAILED", cause: missing },
  ]);
  expect(client.implementation).toBe("javascript");
});
