// Resident memory, after full collections.
import { setTimeout as sleep } from "node:timers/promises";
import { untilCounted, withConnections, withSession } from "./session.mjs";

async function collected(server) {
  return (await server.ask({ do: "usage", collect: true })).rssBytes;
}

/**
 * What an idle connection takes, beside what the first five thousand leave behind in compiled code, pools and V8's young
 * generation, which grows to its full size once and stays there.
 */
export function idle({ peer, path = "/", connections }) {
  const first = 5000;
  return withSession(peer, async (server, load) => {
    const base = { port: server.port, path, verifyEvery: 0 };
    await load.connect({ ...base, group: "first", connections: first });
    await untilCounted(server, first);
    const before = await collected(server);
    await load.connect({ ...base, connections });
    await untilCounted(server, first + connections);
    const after = await collected(server);
    return { bytesPerConnection: (after - before) / connections };
  });
}

/** What `events` add that none of the connections has read; then some of them read, and must find all of them. */
export function lag({ peer, path, connections, events = 500, bytes = 4096 }) {
  const connect = { stalled: true, receiveBuffer: 4096, segment: 536 };
  return withConnections({ peer, path, connections }, connect, async (server, load) => {
    const warm = 20;
    await server.ask({ do: "burst", events: warm, bytes: 140 });
    const before = await collected(server);
    await server.ask({ do: "burst", events, bytes });
    await sleep(1000);
    const after = await collected(server);
    await load.ask("resume", { count: Math.min(connections, 10) });
    await load.expect(warm + events);
    return { addedBytes: after - before };
  });
}
