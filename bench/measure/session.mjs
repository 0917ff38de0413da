// What all measurements begin with: a fresh server, a fresh load client, and connections that both sides count.
import { setTimeout as sleep } from "node:timers/promises";
import { LoadClient } from "../drive/load-client.mjs";
import { withPeer } from "../drive/peers.mjs";

/** Some servers send the head before they count a connection; what is published in between would not reach it. */
export async function untilCounted(server, connections, timeoutMs = 10_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = (await server.ask({ do: "usage" })).connections;
    if (found === connections) return;
    if (performance.now() > deadline) throw new Error(`the server counts ${found} of ${connections} connections`);
    await sleep(20);
  }
}

export function withSession(peer, work) {
  return withPeer(peer, async (server) => {
    const load = new LoadClient();
    try {
      return await work(server, load);
    } finally {
      await load.stop();
    }
  });
}

/** The same, with the connections open; `connect` is the load client's options. */
export function withConnections({ peer, path = "/", connections }, connect, work) {
  return withSession(peer, async (server, load) => {
    await load.connect({ port: server.port, path, connections, ...connect });
    await untilCounted(server, connections);
    return work(server, load);
  });
}
