// How many publishes a second are acknowledged, each once it is on disk; and what one fdatasync takes on that disk.
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { fileNamed, remove } from "./folder.mjs";
import { betterSqlite, millrace, withServer } from "./session.mjs";

const publishers = { publishers: 64, outstanding: 16 };

/** @param side "better-sqlite3", or "millrace" */
export function acknowledge({ side, bytes = 140, ownChannels = true, seconds = 3 }) {
  const file = fileNamed("acknowledge.db");
  const server = side === "millrace" ? millrace({ history: { file, sync: "always" } }) : betterSqlite(file);
  return withServer(server, async () => {
    try {
      await server.ask({ do: "acknowledge", ...publishers, bytes, ownChannels, seconds: 0.5 });
      return await server.ask({ do: "acknowledge", ...publishers, bytes, ownChannels, seconds });
    } finally {
      await server.stop();
      remove(file);
    }
  });
}

/** A file that grows by 4 KB, and is then on disk. */
export function sync({ seconds = 1 }) {
  const file = fileNamed("sync");
  const descriptor = openSync(file, "w");
  const page = Buffer.alloc(4096, "x");
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < seconds * 1000; count += 1) {
    writeSync(descriptor, page);
    fdatasyncSync(descriptor);
  }
  const syncMs = (performance.now() - began) / count;
  closeSync(descriptor);
  remove(file);
  return { syncMs };
}
