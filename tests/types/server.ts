// Compiled against the built package: what must be accepted is, and what must not be is an error.
import { createServer, type Server } from "node:http";
import {
  broadcast,
  type CloseReason,
  createHub,
  createSSEStream,
  drainOnSignal,
  getConnectionCount,
  getConnectionKeys,
  type PublishReceipt,
  policies,
  registerConnection,
  SSEError,
  type SSEErrorCode,
  type SSEStream,
  sseResponse,
  unregisterConnection,
} from "millrace";
import { register, withMillrace } from "millrace/next";

const stream = createSSEStream({ request: new Request("http://host/"), heartbeat: { everyMs: 1000 } });
const id: string | null = stream.send({ event: "e", data: { any: ["thing"] }, retry: 100 }).id;
const reason: Promise<CloseReason> = stream.closed;
const response: Response = sseResponse(stream, { status: 200 });
registerConnection("key", stream.send, { userId: "ann", events: ["e"] });
registerConnection("key", (message) => message.data);
const wasThere: boolean = unregisterConnection("key", stream.send);
const { recipients }: { recipients: number } = broadcast("key", "e", { n: 1 }, { ttlMs: 1000, conflateKey: "k" });
const [count, keys]: [number, string[]] = [getConnectionCount("key"), getConnectionKeys()];

// @ts-expect-error an unknown option
createSSEStream({ heartBeat: false });
// @ts-expect-error overflow has two values
createSSEStream({ lag: { overflow: "block" } });
// @ts-expect-error an event type is a string
broadcast("key", 1, {});

interface Events {
  progress: { done: number };
  note: string;
}
const hub = createHub<Events>({ name: "typed", history: { events: 10 }, limits: { perUser: 2 } });
hub.publish("c", { event: "progress", data: { done: 1 }, conflateKey: "p" });
hub.channel("c").publish({ event: "note", data: "text" });
const handler: (request: Request) => Promise<Response> = (request) => hub.response(request, { channels: ["c"] });
const stop: () => void = hub.subscribe("c", ({ event, data, id }) => [event, data, id]);

const server: Server = createServer(async (req, res) => {
  const attached: SSEStream = await hub.attach(req, res, { channels: ["c"], handOver: false, closeAfter: ["note"] });
  attached.send({ data: 1 });
});
const greeted: Promise<Response> = hub.response(new Request("http://host/"), {
  channels: ["c"],
  authorize: ({ request, channels }) => request.headers.get("cookie") !== null && { userId: channels.join() },
  snapshot: async ({ verdict }) => (verdict === "gap" ? [{ event: "note", data: "all" }] : null),
});
const stopListening: () => void = hub.on("close", ({ reason, id }) => `${id} ${reason}`);
const keep: () => void = drainOnSignal([hub, createHub()], { withinMs: 1000, signals: ["SIGTERM"] });
const drained: Promise<void> = hub.drain({ retrySpreadMs: 0 });

const ruled = createHub({
  policies: [
    { match: "room:*", preset: "logs", limits: { connections: 10, total: 100 } },
    { match: "chat:*", ...policies.chat, rate: { perSecond: 5, overflow: "refuse" } },
    { match: "**", merge: { fields: ["level"] }, throttle: false, redact: { keys: ["pin"] }, heartbeat: false },
  ],
  limits: { publishesPerUser: 10 },
  maxBytes: 4096,
  oversize: "truncate",
});
const receipt: PublishReceipt = ruled.publish("room:1", { event: "log", data: 1, mergeKey: "k", userId: "ann" });
const waits: boolean = receipt.state === "held" || receipt.state === "merged" || receipt.id === null;
ruled.flush("room:1");
ruled.channel("room:1").flush();
const dropped: number | undefined = ruled.stats().policies["room:*"]?.dropped;
// @ts-expect-error an unknown preset
createHub({ policies: [{ match: "a", preset: "log" }] });
// @ts-expect-error a policy has a match
createHub({ policies: [{ preset: "logs" }] });
// @ts-expect-error no such happening
hub.on("opened", () => {});
// @ts-expect-error a verdict is no channel
hub.response(new Request("http://host/"), { channels: ["c"], snapshot: ({ verdict }) => verdict });
// @ts-expect-error done is a number
hub.publish("c", { event: "progress", data: { done: "1" } });
// @ts-expect-error no such event
hub.publish("c", { event: "other", data: 1 });
// @ts-expect-error channels are needed
hub.response(new Request("http://host/"), {});

const anything = createHub();
anything.publish("c", { event: "whatever", data: [1, 2] });

const code: SSEErrorCode = new SSEError("STREAM_CLOSED", "message").code;
// @ts-expect-error no such code
new SSEError("SOMETHING", "message");

const registered: Promise<void> = register();
const config: { reactStrictMode: boolean } = withMillrace({ reactStrictMode: true });

export const used = [
  id,
  reason,
  response,
  wasThere,
  recipients,
  count,
  keys,
  handler,
  stop,
  code,
  config,
  registered,
  server,
  greeted,
  stopListening,
  keep,
  drained,
  waits,
  dropped,
];
