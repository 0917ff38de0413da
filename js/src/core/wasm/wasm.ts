import { receiverOptions, sessionOptions } from "../client-options.js";
import type { ClientCore, ClientReceiverOptions, SessionOptions } from "../contract.js";
import { WasmMemory } from "./wasm-memory.js";
import { type ReceiverExports, type TypeNames, WasmReceiver } from "./wasm-receiver.js";
import { type SessionExports, type SessionParameters, WasmSession } from "./wasm-session.js";

/** What the module exports. */
interface Exports extends ReceiverExports, SessionExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
}

/** 256 bits. */
const HASH_STATE_BYTES = 32;

/**
 * Draws the key of the module's hashes. Ids are known again by their hashes: whoever knew the key could make an id that is
 * taken for another's repeat.
 */
function seed(exports: Exports): void {
  const key = new Uint8Array(exports.memory.buffer, exports.input(), HASH_STATE_BYTES);
  crypto.getRandomValues(key);
  exports.receiversSeed();
}

/**
 * The client core in WebAssembly, from the module's bytes. One instance serves all clients of a page; what a client held in
 * it is freed when the client's objects are collected.
 *
 * @throws CompileError where the page's content security policy lacks `'wasm-unsafe-eval'`.
 */
export async function instantiateWasmCore(bytes: Uint8Array<ArrayBuffer>): Promise<ClientCore> {
  const { instance } = await WebAssembly.instantiate(bytes, {
    wasi_snapshot_preview1: {
      proc_exit(): never {
        throw new RangeError("The WebAssembly client ran out of memory");
      },
    },
  });
  const exports = instance.exports as unknown as Exports;
  exports._initialize();
  seed(exports);
  const memory = new WasmMemory(exports.memory, exports.input());
  const types: TypeNames = ["message"];
  const collected = new FinalizationRegistry<() => void>((free) => free());
  return {
    implementation: "wasm",
    createReceiver(options?: ClientReceiverOptions) {
      const receiver = new WasmReceiver(exports, memory, types, receiverOptions(options));
      const { handle } = receiver;
      collected.register(receiver, () => exports.receiverFree(handle));
      return receiver;
    },
    createSession(options?: SessionOptions) {
      const handle = exports.sessionNew(...(Object.values(sessionOptions(options)) as SessionParameters));
      const session = new WasmSession(exports, memory, handle);
      collected.register(session, () => exports.sessionFree(handle));
      return session;
    },
    receive(receiver: WasmReceiver, session: WasmSession, chunk: Uint8Array, nowMs: number) {
      const items = receiver.take(chunk, session.handle, Math.floor(nowMs));
      const { action } = session;
      if (receiver.hadHeartbeatEvents) {
        // Few chunks have one: what it says costs another call, and the page fewer bytes.
        const last = items.findLast((item) => item.kind === "event" && item.type === receiver.heartbeatEvent);
        const { data = "" } = (last ?? {}) as { data?: string };
        const sentMs = /"(?:uptimeMs|timestamp)"\s*:\s*(\d{1,16})\b/.exec(data)?.[1];
        if (sentMs !== undefined) session.stamped(nowMs, Number(sentMs));
        const everyMs = /"everyMs"\s*:\s*(\d{1,10})\b/.exec(data)?.[1];
        if (everyMs !== undefined) session.paced(Number(everyMs));
      }
      return { items, action };
    },
  };
}
