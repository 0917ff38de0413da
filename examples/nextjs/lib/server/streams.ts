import { randomUUID } from "node:crypto";
import { broadcast, getConnectionCount, type SSEStream } from "millrace";
import { singleton } from "./singleton";

/** What cuts the open streams, by a name that only their own tab knows. */
const cuts = singleton("cuts", () => new Map<string, AbortController>());

/** Tells a new tab what it cannot know: the name of its stream. */
export function welcome(stream: SSEStream, cut: AbortController): void {
  const name = randomUUID();
  cuts.set(name, cut);
  stream.send({ event: "hello", data: { stream: name } });
  tellConnections();
  void stream.closed.then(() => {
    cuts.delete(name);
    tellConnections();
  });
}

/**
 * Cuts a stream as a broken network does, in the middle and without a word: its client comes back. (After `stream.close()` it
 * would not: that is the stream's end.) False where there is no such stream.
 */
export function drop(name: string): boolean {
  const cut = cuts.get(name);
  cut?.abort();
  return cut !== undefined;
}

function tellConnections(): void {
  // Whoever is behind needs only the newest count.
  broadcast("stats", "stats", { connections: getConnectionCount() }, { conflateKey: "stats" });
}
