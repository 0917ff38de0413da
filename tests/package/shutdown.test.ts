import { randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { connect } from "node:net";
import { startNext } from "./bare-app.js";
import type { RunningServer } from "./command.js";
import { control, StreamClient } from "./stream-client.js";

const MINUTES = 60_000;
/** As the application's instrumentation.ts says. */
const WITHIN_MS = 3000;
const RETRY_FROM_MS = 1000;
const RETRY_SPREAD_MS = 5000;
/** For a busy machine; a server that does not end by itself waits for its clients for ever. */
const MARGIN_MS = 10_000;
let server: RunningServer;

beforeEach(async () => {
  server = await startNext("turbopack", "start");
}, MINUTES);
afterEach(() => server.stop());

/** Streams whose clients would use their connections again, as browsers do. */
async function open(count: number, path: string, query = ""): Promise<StreamClient[]> {
  const agent = new Agent({ keepAlive: true });
  const clients: StreamClient[] = [];
  for (let n = 0; n < count; n += 1) {
    const client = await StreamClient.open(`${server.url}${path}?channel=${randomUUID()}${query}`, { agent });
    await client.until("id: ");
    clients.push(client);
  }
  return clients;
}

const retryTimes = (clients: readonly StreamClient[]) =>
  clients.flatMap(({ text }) => [...text.matchAll(/^retry: (\d+)$/gm)].map(([, ms]) => Number(ms)));

async function terminate(): Promise<number> {
  const began = performance.now();
  process.kill(server.pid, "SIGTERM");
  expect(await server.ended).toEqual({ code: 0, signal: null });
  return performance.now() - began;
}

test(
  "next start ends in time with 500 open streams, each of which says when its client is to come back",
  async () => {
    const clients = [
      ...(await open(470, "/api/shapes/plain")),
      ...(await open(10, "/api/shapes/pulled")),
      ...(await open(10, "/api/attach")),
      ...(await open(10, "/api/attach", "&handOver=true")),
    ];
    expect((await control(server.url, { channel: "" })).connections).toBe(clients.length);

    const [took] = await Promise.all([terminate(), ...clients.map((client) => client.toEnd())]);
    const step = RETRY_SPREAD_MS / clients.length;
    expect(retryTimes(clients).sort((a, b) => a - b)).toEqual(clients.map((_, n) => RETRY_FROM_MS + n * step));
    expect(took).toBeLessThan(WITHIN_MS + MARGIN_MS);
  },
  2 * MINUTES,
);

test(
  "streams that Node does not know of are ended before Next.js ends the process",
  async () => {
    const clients = await open(20, "/api/attach", "&handOver=true");
    await Promise.all([terminate(), ...clients.map((client) => client.toEnd())]);
    expect(retryTimes(clients)).toHaveLength(clients.length);
  },
  2 * MINUTES,
);

test(
  "nobody is waited for who does not read, or has opened a connection only",
  async () => {
    const { hostname, port } = new URL(server.url);
    const idle = connect(Number(port), hostname);
    const channel = randomUUID();
    const stuck = await StreamClient.open(`${server.url}/api/shapes/plain?channel=${channel}`);
    await stuck.until("id: ");
    stuck.response.pause();
    await control(server.url, { channel, publish: 800, padding: 20_000 }); // more than the socket's buffers hold
    expect(await terminate()).toBeLessThan(WITHIN_MS + MARGIN_MS);
    idle.destroy();
    stuck.leave();
  },
  2 * MINUTES,
);
