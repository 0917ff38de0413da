// A peer as a process of its own: an HTTP server, and commands over IPC.
import { createServer } from "node:http";
import { createCommands } from "./commands.mjs";

/** `onRequest(req, res)` opens a stream; the rest as in createCommands. Sends `{ port }` once it listens. */
export function servePeer({ onRequest, ...asked }) {
  const run = createCommands(asked);
  const server = createServer(onRequest);
  server.requestTimeout = 0;
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => process.send({ port: server.address().port }));
  process.on("message", async ({ id, ...command }) => {
    try {
      process.send({ id, ...(await run(command)) });
    } catch (error) {
      process.send({ id, problem: error.stack });
    }
  });
  process.on("disconnect", () => process.exit(0));
}
