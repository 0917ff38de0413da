// The key of the module's hashes is drawn when it is loaded, and differs from page to page.
import { jest } from "@jest/globals";
import { clientWasm } from "../../js/src/core/wasm/generated/client-wasm.js";
import { fromModuleText } from "../../js/src/core/wasm/module-text.js";
import { instantiateWasmCore } from "../../js/src/core/wasm/wasm.js";

const KEY_BYTES = 32;

afterEach(() => jest.restoreAllMocks());

/** Loads the module; gives its memory where chunks go in, as it was when the module was given its key. */
async function seedOf(): Promise<string> {
  const { instantiate } = WebAssembly;
  let seed = "";
  jest.spyOn(WebAssembly, "instantiate").mockImplementation((async (...given: Parameters<typeof instantiate>) => {
    const { instance, module } = (await instantiate(...given)) as unknown as WebAssembly.WebAssemblyInstantiatedSource;
    const exports = instance.exports as unknown as {
      memory: WebAssembly.Memory;
      input(): number;
      receiversSeed(): void;
    };
    const receiversSeed = () => {
      seed += Buffer.from(exports.memory.buffer, exports.input(), KEY_BYTES).toString("hex");
      exports.receiversSeed();
    };
    return { instance: { exports: { ...exports, receiversSeed } }, module };
  }) as unknown as typeof instantiate);
  const core = await instantiateWasmCore(fromModuleText(clientWasm));
  jest.restoreAllMocks();
  const receiver = core.createReceiver();
  const stream = new TextEncoder().encode("id: 1\ndata: a\n\nid: 2\ndata: b\n\n");
  expect(receiver.feed(stream).length).toBe(2);
  receiver.reset();
  expect(receiver.feed(stream).length).toBe(0);
  return seed;
}

async function expectSeeds(): Promise<void> {
  const seeds = [await seedOf(), await seedOf(), await seedOf()];
  for (const seed of seeds) expect(seed).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(seeds).size).toBe(seeds.length);
}

test("each module has another key", expectSeeds);
