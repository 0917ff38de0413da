// Events at a steady rate: what a delivery costs the server, how long it takes, and how long a publish holds the JavaScript
// thread. With `stalled`, as many further connections read nothing.
import { setTimeout as sleep } from "node:timers/promises";
import { untilCounted, withConnections } from "./session.mjs";

const smallBuffers = { receiveBuffer: 4096, segment: 536 };

export function pace({ peer, path, connections, bytes, rate = 50, seconds = 3, content, gzip = false, stalled = 0 }) {
  // Gzip is decoded on ten connections; the others' bytes are compared with theirs.
  const connect = gzip ? { gzip, verifyEvery: Math.ceil(connections / 10) } : {};
  return withConnections({ peer, path, connections }, connect, async (server, load) => {
    if (stalled > 0) {
      await load.connect({
        group: "stalled",
        port: server.port,
        path,
        connections: stalled,
        stalled: true,
        ...smallBuffers,
      });
      await untilCounted(server, connections + stalled);
    }
    const run = async (events, received) => {
      const all = load.expect(received, { timeoutMs: (events / rate) * 1000 + 15_000 });
      return Promise.all([server.ask({ do: "pace", events, bytes, rate, content }), all]);
    };
    const warm = Math.ceil(rate / 2);
    await run(warm, warm);
    await sleep(100);

    await load.ask("mark");
    const before = await server.ask({ do: "usage" });
    const events = Math.ceil(rate * seconds);
    const [{ medianCallNs, busyNsPerEvent }] = await run(events, warm + events);
    await sleep(100); // what the last event leaves to do belongs to it
    const after = await server.ask({ do: "usage" });
    const { p50Ns, p99Ns, maxNs, bytes: received, leastBytes, mostBytes } = await load.ask("stats");
    if (gzip && mostBytes - leastBytes > 256)
      throw new Error(`gzip: between ${leastBytes} and ${mostBytes} bytes a connection`);

    const deliveries = events * connections;
    return {
      cpuNsPerDelivery: (after.cpuNs - before.cpuNs) / deliveries,
      bytesPerDelivery: received / deliveries,
      rssBytes: after.rssBytes,
      p50Ns,
      p99Ns,
      maxNs,
      medianCallNs,
      busyNsPerEvent,
    };
  });
}
