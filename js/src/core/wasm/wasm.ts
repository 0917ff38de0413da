import { receiverOptions, sessionOptions } from "../client-options.js";
import type { ClientCore, ClientReceiverOptions, SessionOptions } from "../contract.js";
import { WasmMemory } from "./wasm-memory.js";
import { type ReceiverExports, type TypeNames, WasmReceiver } from "./wasm-receiver.js";
import { type SessionExports, WasmSession } from "./wasm-session.js";

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
  const receivers = new FinalizationRegistry<number>((handle) => exports.receiverFree(handle));
  const sessions = new FinalizationRegistry<number>((handle) => exports.sessionFree(handle));
  return {
    implementation: "wasm",
    createReceiver(options?: ClientReceiverOptions) {
      const receiver = new WasmReceiver(exports, memory, types, receiverOptions(options));
      receivers.register(receiver, receiver.handle);
      return receiver;
    },
    createSession(options?: SessionOptions) {
      const { attempts, baseMs, maxMs, failures, coolDownMs, ...rest } = sessionOptions(options);
      const handle = exports.sessionNew(
        attempts === Infinity ? -1 : attempts,
        baseMs,
        maxMs,
        failures,
        coolDownMs,
        rest.silenceMs,
        rest.pollEveryMs,
        rest.pausesWhenHidden ? 1 : 0,
        rest.serverMinMs,
        rest.serverMaxMs,
      );
      const session = new WasmSession(exports, memory, handle);
      sessions.register(session, handle);
      return session;
    },
    receive(receiver: WasmReceiver, session: WasmSession, chunk: Uint8Array, nowMs: number) {
      const items = receiver.take(chunk, session, nowMs);
      return { items, action: session.action };
    },
  };
}
