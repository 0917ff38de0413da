// How many events a second a hub takes for as long as they come: until the last of them is stored, and was read by everybody.
import { untilCounted } from "../measure/session.mjs";
import { fileNamed, remove } from "./folder.mjs";
import { millrace, withLoad, withServer } from "./session.mjs";

// Every reader has time: nothing that waits is evicted, and nobody lags.
const keeps = { events: 100_000, bytes: 64 * 1024 ** 2 };
const lag = { events: 1_000_000, bytes: 1024 ** 3 };

/** @param store "memory", or a value of history.sync */
export function publish({ store, readers, bytes = 140, perTurn = 1, seconds = 3, burst = 20_000 }) {
  const file = fileNamed("publish.db");
  const memory = readers > 0 ? keeps : undefined;
  const history = store === "memory" ? memory : { file, sync: store, memory };
  return withServer(millrace({ history, lag }), async (server) => {
    try {
      await server.ask({ do: "pour", channel: "warm", events: 20_000, bytes, perTurn }); // compiled, and the file is open
      return readers === 0
        ? alone(await server.ask({ do: "sustain", seconds, bytes, perTurn }))
        : await withLoad((load) => read(server, load, { readers, bytes, perTurn, seconds, burst }));
    } finally {
      await server.stop();
      remove(file);
    }
  });
}

function alone({ startedAtNs, acceptedAtNs, storedAtNs, events, refused }) {
  return {
    publishesPerSecond: events / ((storedAtNs - startedAtNs) / 1e9),
    acceptedPerSecond: events / ((acceptedAtNs - startedAtNs) / 1e9),
    refused,
  };
}

/** Bursts, each followed by a wait until it is stored and all readers have it. */
async function read(server, load, { readers, bytes, perTurn, seconds, burst }) {
  await load.connect({ port: server.port, path: "/now/bench", connections: readers, verifyEvery: 10, relaxed: true });
  await untilCounted(server, readers);
  let received = 0;
  let [spentNs, acceptedNs] = [0, 0];
  while (spentNs < seconds * 1e9) {
    const { startedAtNs, acceptedAtNs, storedAtNs } = await server.ask({ do: "pour", events: burst, bytes, perTurn });
    received += burst;
    const { lastReceivedNs } = await load.expect(received, { timeoutMs: 60_000 });
    spentNs += Math.max(storedAtNs, lastReceivedNs) - startedAtNs;
    acceptedNs += acceptedAtNs - startedAtNs;
  }
  return {
    publishesPerSecond: received / (spentNs / 1e9),
    acceptedPerSecond: received / (acceptedNs / 1e9),
  };
}
