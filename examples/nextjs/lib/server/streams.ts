import { randomUUID } from "node:crypto";
import { broadcast, getConnectionCount, type SSEStream } from "millrace";
import { job } from "./run/job";
import { singleton } from "./singleton";

/** The open streams by a name that only their own tab knows. */
const streams = singleton("streams", () => new Map<string, SSEStream>());

/** Tells a new tab what it cannot know: the name of its stream, and how the run stands. */
export function welcome(stream: SSEStream, channels: readonly string[]): void {
  const name = randomUUID();
  streams.set(name, stream);
  stream.send({ event: "hello", data: { stream: name } });
  if (channels.includes("run")) stream.send({ event: "run.snapshot", data: job.snapshot() });
  tellConnections();
  void stream.closed.then(() => {
    streams.delete(name);
    tellConnections();
  });
}

/** Ends a stream as a broken network would; its client comes back. False where there is no such stream. */
export function drop(name: string): boolean {
  const stream = streams.get(name);
  stream?.close("dropped");
  return stream !== undefined;
}

function tellConnections(): void {
  // Whoever is behind needs only the newest count.
  broadcast("stats", "stats", { connections: getConnectionCount() }, { conflateKey: "stats" });
}
