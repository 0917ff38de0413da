// What live readers notice while a thousand clients replay ten thousand events each, and how much memory that takes.
import { untilCounted } from "../measure/session.mjs";
import { fileNamed } from "./folder.mjs";
import { fillWith, millrace, withLoad, withServer } from "./session.mjs";

const channels = 100;
const live = 100;
const rate = 50;
const limits = { connections: 20_000 };
let filled;

async function serverOf(from, { events, bytes }) {
  if (from === "memory") return millrace({ history: { events, bytes: 64 * 1024 ** 2 }, limits });
  const file = fileNamed("storm.db");
  const server = () => millrace({ history: { file }, limits });
  filled ??= fillWith(server(), { channels, events, bytes });
  await filled;
  return server();
}

/** All clients connect at once, and read until they have everything; some check each number. */
async function storm(load, { port, clients, events, name = "bench" }) {
  const groups = Array.from({ length: channels }, (_, index) => ({
    group: `storm-${index}`,
    port,
    path: `/earliest/${name}-${index}`,
    connections: clients / channels,
    verifyEvery: 10,
  }));
  await Promise.all(groups.map((options) => load.connect(options)));
  await Promise.all(groups.map(({ group }) => load.expect(events, { group, timeoutMs: 60_000 })));
  return { close: () => Promise.all(groups.map(({ group }) => load.ask("close", { group }))) };
}

/** Peak of resident memory while it works, beside what was resident before. */
async function growth(server, work) {
  await server.ask({ do: "usage", collect: true });
  const before = await server.ask({ do: "peak", restart: true });
  await work();
  return (await server.ask({ do: "peak" })).peakBytes - before.rssBytes;
}

/**
 * @param from what the clients replay: the "file", or "memory"; "none": there are no such clients
 * Live readers and the others have a load client each, which are processes of their own.
 */
export async function liveAmong({ from, clients = 1000, events = 10_000, bytes = 140, seconds = 8 }) {
  return withServer(await serverOf(from, { events, bytes }), (server) =>
    withLoad((readers) =>
      withLoad(async (load) => {
        const { port } = server;
        if (from === "memory") await server.ask({ do: "fill", channels, events, bytes });
        await readers.connect({ port, path: "/now/bench", connections: live });
        await untilCounted(server, live);
        const paced = (forSeconds) =>
          server.ask({ do: "pace", events: Math.ceil(forSeconds * rate), rate, bytes: 140 });
        await paced(1);
        const found = from === "none" ? {} : await memoryOf(server, load, { port, clients, events });

        let goesOn = from !== "none";
        let storms = 0;
        const first = { port, clients, events };
        const storming = (async () => {
          for (; goesOn; storms += 1) await (await storm(load, first)).close();
        })();
        await new Promise((resolve) => setTimeout(resolve, 300));
        await readers.ask("mark");
        await Promise.race([paced(seconds), storming.then(() => new Promise(() => {}))]);
        const { p50Ns, p99Ns, maxNs, lost, repeated } = await readers.ask("stats");
        goesOn = false;
        await storming;
        if (lost + repeated > 0) throw new Error(`Live readers: ${lost} lost, ${repeated} repeated`);
        return { p50Ns, p99Ns, maxNs, storms, ...found };
      }),
    ),
  );
}

/** Two storms, the first of which finds a small heap; and as many clients who have nothing to read. */
async function memoryOf(server, load, { port, clients, events }) {
  const idle = async () => (await storm(load, { port, clients, events: 0, name: "none" })).close();
  const busy = async () => (await storm(load, { port, clients, events })).close();
  const idleGrowthBytes = await growth(server, idle);
  await untilCounted(server, live);
  const growthBytes = await growth(server, busy);
  await untilCounted(server, live);
  const laterGrowthBytes = await growth(server, busy);
  await untilCounted(server, live);
  return { idleGrowthBytes, growthBytes, laterGrowthBytes };
}
