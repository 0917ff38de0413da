import { away, closeAll, watch } from "./core-away.js";
import { ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

test("a POST that is under way is waited for meanwhile, and made once", async () => {
  away.times = 2;
  const { errors, messages } = watch(server.url, { body: "ask" });
  (await server.next()).stream("data: here\n\n");
  await until(() => messages.length > 0);
  expect(messages).toEqual(["message:here"]);
  expect(errors).toHaveLength(2);
  expect(server.requests).toBe(1);
});
