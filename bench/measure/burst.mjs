// How many events a second reach their connections when the server publishes as fast as it can.
import { withConnections } from "./session.mjs";

const shares = { plain: 1, types: 1, channels: 1, half: 0.5 };
const mostBytesUnderWay = 200e6; // what all connections may have in socket buffers: the kernel has a limit of its own
const mostEvents = 1200;
const unit = 6; // divisible among two types and three channels

/**
 * Bursts, each followed by a wait until all connections have it, for at least `seconds`. A burst is as long as takes the
 * peer about a second, at most 1,200 events.
 * kind: as in peers/lib/commands.mjs, or "half": two types, of which the path lets one pass.
 */
export function burst({ peer, path, connections, bytes, kind = "plain", together = false, seconds = 2 }) {
  const verifyEvery = Math.max(1, Math.floor(connections / 50));
  return withConnections({ peer, path, connections }, { verifyEvery, relaxed: true }, async (server, load) => {
    let received = 0;
    const one = async (events) => {
      received += events * shares[kind];
      const all = load.expect(received, { timeoutMs: 30_000 });
      const [{ startedAtNs, meanCallNs }, { lastReceivedNs }] = await Promise.all([
        server.ask({ do: "burst", events, bytes, kind: kind === "half" ? "types" : kind, together }),
        all,
      ]);
      return { events, seconds: (lastReceivedNs - startedAtNs) / 1e9, meanCallNs };
    };

    await one(unit);
    const warm = await one(unit * 2);
    const most = Math.min(mostEvents, mostBytesUnderWay / (connections * bytes));
    const fitting = Math.min(most, Math.max(unit * 2, warm.events / warm.seconds));
    const events = Math.max(1, Math.floor(fitting / unit)) * unit;

    const before = await server.ask({ do: "usage" });
    const runs = [];
    for (let spent = 0; spent < seconds; spent += runs.at(-1).seconds) runs.push(await one(events));
    const after = await server.ask({ do: "usage" });

    const sum = (key) => runs.reduce((total, run) => total + run[key], 0);
    const deliveries = sum("events") * shares[kind] * connections;
    return {
      deliveriesPerSecond: deliveries / sum("seconds"),
      cpuNsPerDelivery: (after.cpuNs - before.cpuNs) / deliveries,
      meanCallNs: sum("meanCallNs") / runs.length,
      eventsPerBurst: events,
      bursts: runs.length,
    };
  });
}
