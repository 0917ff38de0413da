import type { SSEClient, SSEClientOptions } from "../../../js/src/client/index.js";
import { type ManualClock, type Watched, watch } from "./helpers.js";
import { type Exchange, type ScriptedServer, until } from "./scripted-server.js";

/** The default. */
export const EVERY_MS = 5000;

export const event = (id: string, data = id, type = "message") => ({ event: type, data, id });

/** A poll's answer: nothing new. */
export const NOTHING = { events: [], lastEventId: "e.0", verdict: "continued" };

/** A poll's answer: events of these ids. */
export const of = (...ids: string[]) => ({
  events: ids.map((id) => event(id)),
  lastEventId: ids.at(-1),
  verdict: "continued",
});

/** A client that could not stream, and its first poll. */
export async function startPolling(
  server: ScriptedServer,
  clock: ManualClock,
  options: SSEClientOptions = {},
  types?: string[],
): Promise<Watched & { poll: Exchange }> {
  const watched = watch(server.url, { clock, retry: { baseMs: 100 }, fallback: {}, ...options }, types);
  await failToStream(server, clock, watched.client);
  return { ...watched, poll: await server.next() };
}

/** Three attempts that bring nothing. */
export async function failToStream(server: ScriptedServer, clock: ManualClock, client: SSEClient): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (attempt > 0) {
      await until(() => client.state === "reconnecting");
      clock.fire();
    }
    (await server.next()).respond(503);
  }
}

/** What is asked next, a pause later. */
export async function requestAfter(server: ScriptedServer, clock: ManualClock, pauseMs = EVERY_MS): Promise<Exchange> {
  await until(() => clock.isWaiting);
  clock.pass(pauseMs);
  return server.next();
}
