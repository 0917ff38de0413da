// A server in a process of its own, and load clients, which end whatever happens.
import { LoadClient } from "../drive/load-client.mjs";
import { NodePeer } from "../drive/node-peer.mjs";

/** `options`: createHub's. */
export const millrace = (options) => new NodePeer("server", [JSON.stringify(options)], "durable");
export const betterSqlite = (file) => new NodePeer("sqlite-server", [file], "durable");

export async function withServer(server, work) {
  try {
    await server.start();
    return await work(server);
  } finally {
    await server.stop();
  }
}

export async function withLoad(work) {
  const load = new LoadClient();
  try {
    return await work(load);
  } finally {
    await load.stop();
  }
}

/** The same server, filled, and ended as it should. */
export function fillWith(server, command) {
  return withServer(server, async () => {
    const answer = await server.ask({ do: "fill", ...command });
    await server.leave();
    return answer;
  });
}
