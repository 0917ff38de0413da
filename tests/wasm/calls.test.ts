// How often JavaScript calls into the module for a chunk: each call costs some ten nanoseconds, and a token is a chunk.
import { jest } from "@jest/globals";
import type { ClientCore } from "../../js/src/core/contract.js";
import { clientWasm } from "../../js/src/core/wasm/generated/client-wasm.js";
import { fromModuleText } from "../../js/src/core/wasm/module-text.js";
import { instantiateWasmCore } from "../../js/src/core/wasm/wasm.js";

const calls: string[] = [];
const encode = (text: string) => new TextEncoder().encode(text);

/** A core that notes each call into its module. */
async function countedCore(): Promise<ClientCore> {
  const { instantiate } = WebAssembly;
  jest.spyOn(WebAssembly, "instantiate").mockImplementation((async (...given: Parameters<typeof instantiate>) => {
    const { instance, module } = (await instantiate(...given)) as unknown as WebAssembly.WebAssemblyInstantiatedSource;
    const exports = Object.entries(instance.exports).map(([name, value]) => {
      if (typeof value !== "function") return [name, value];
      const counted = (...parameters: unknown[]) => {
        calls.push(name);
        return value(...parameters) as unknown;
      };
      return [name, counted];
    });
    return { instance: { exports: Object.fromEntries(exports) }, module };
  }) as unknown as typeof instantiate);
  const core = await instantiateWasmCore(fromModuleText(clientWasm));
  jest.restoreAllMocks();
  return core;
}

const core = await countedCore();

/** A connection that is open, at 1000 ms. */
function connected(options: { heartbeatMs?: number } = {}) {
  const receiver = core.createReceiver();
  const session = core.createSession();
  session.start(1000);
  session.connected(1000, { heartbeatMs: 1000, ...options });
  calls.length = 0;
  return { receiver, session };
}

/** All that a client asks for a chunk. */
function takeChunk({ receiver, session }: ReturnType<typeof connected>, chunk: Uint8Array, nowMs: number): unknown {
  const { items, action } = core.receive(receiver, session, chunk, nowMs);
  const { state, attempts, isPolling, latencyMs } = session;
  const asked = [receiver.lastEventId, state, attempts, isPolling, latencyMs];
  return [items.length, action, ...asked, session.deadlineMs(nowMs), session.health(nowMs)];
}

test.each([
  ["a token", encode('id: 7\ndata: "x"\n\n'), 1],
  ["nothing", new Uint8Array(), 0],
  ["the most that goes in at once", encode(`id: 7\ndata: ${"x".repeat(65536 - "id: 7\ndata: \n\n".length)}\n\n`), 1],
])("a chunk is one call: %s", (_, chunk, items) => {
  const connection = connected();
  expect(takeChunk(connection, chunk, 1200)).toEqual([
    items,
    { kind: "none" },
    items > 0 ? "7" : "",
    "connected",
    0,
    false,
    null,
    2700,
    "healthy",
  ]);
  expect(calls).toEqual(["receiverTake"]);
});

test("heartbeats are in the same call; when an event says that it was sent, that is one more", () => {
  const connection = connected();
  takeChunk(connection, encode('event: heartbeat\ndata: {"uptimeMs": 500}\n\n'), 2000);
  const late = encode('event: heartbeat\ndata: {"uptimeMs": 1500}\n\n');
  expect(takeChunk(connection, late, 9001)).toEqual([
    1,
    { kind: "none" },
    "",
    "connected",
    0,
    false,
    6001,
    10501,
    "critical",
  ]);
  expect(calls).toEqual(["receiverTake", "sessionPut", "receiverTake", "sessionPut"]);
});

test("a longer chunk is one call a piece, and the session hears of it once", () => {
  const connection = connected();
  const chunk = encode(`: heartbeat\n\ndata: ${"x".repeat(100_000)}\n\n: heartbeat\n\n`);
  for (const nowMs of [2000, 3000]) takeChunk(connection, chunk, nowMs);
  expect(calls.filter((name) => name === "receiverTake")).toHaveLength(4);
  // Two heartbeats together, twice in a row: held back. Had it heard of each piece, they would have come one by one.
  expect(connection.session.health(3000)).toBe("degraded");
});

test("once time has passed, the session is asked once more, for all that depends on it", () => {
  const { session } = connected();
  expect([session.health(2600), session.deadlineMs(2600), session.health(2600.9), session.state]).toEqual([
    "degraded",
    3500,
    "degraded",
    "connected",
  ]);
  expect(calls).toEqual(["sessionLook"]);
});

test("only what continues a long line needs another call", () => {
  const connection = connected();
  takeChunk(connection, encode(`data: ${"x".repeat(50_000)}`), 1000);
  takeChunk(connection, encode("y".repeat(5000)), 1000);
  takeChunk(connection, encode("\n\n"), 1000);
  expect(calls).toEqual(["receiverTake", "receiverRoom", "receiverTake", "receiverTake"]);
});
