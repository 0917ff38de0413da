// Those who are compared. A side is one client: pass(chunks, counter, reconnects) gives it the bytes of one connection and ends
// it; where it reconnects, each chunk is one.
import { createParser } from "eventsource-parser";
import { javascriptCore } from "../../dist/esm/core/javascript/index.js";
import { loadClientCore } from "../../dist/esm/core/load-client.js";

class MillraceSide {
  #receiver;

  constructor(core, dedup) {
    this.#receiver = core.createReceiver({ dedup });
  }

  pass(chunks, counter, reconnects = false) {
    for (const chunk of chunks) {
      for (const item of this.#receiver.feed(chunk))
        if (item.kind === "event") counter.add(item.type, item.data, item.lastEventId);
      if (reconnects) this.#receiver.reset();
    }
    this.#receiver.reset();
  }
}

/** With a TextDecoder before it, as its users have it, and the dedup that one writes first. */
class ParserSide {
  #counter;
  #parser;

  constructor(dedup) {
    const take = ({ event = "message", data, id = "" }) => this.#counter.add(event, data, id);
    const seen = new Set();
    const takeNew = (event) => {
      if (seen.has(event.id)) return;
      seen.add(event.id);
      if (seen.size > dedup) seen.delete(seen.values().next().value);
      take(event);
    };
    this.#parser = createParser({ onEvent: dedup > 0 ? takeNew : take });
  }

  pass(chunks, counter, reconnects = false) {
    this.#counter = counter;
    const decoder = new TextDecoder();
    for (const chunk of chunks) {
      this.#parser.feed(decoder.decode(chunk, { stream: true }));
      if (reconnects) this.#parser.reset();
    }
    this.#parser.reset();
  }
}

/** By name, how to make each; `millrace` is WebAssembly, or this throws. */
export async function loadSides() {
  const core = await loadClientCore();
  if (core.implementation !== "wasm") throw new Error("the client core fell back to JavaScript");
  return {
    millrace: (dedup) => new MillraceSide(core, dedup),
    javascript: (dedup) => new MillraceSide(javascriptCore, dedup),
    parser: (dedup) => new ParserSide(dedup),
  };
}
