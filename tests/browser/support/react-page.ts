import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buildSync } from "esbuild";

const root = join(import.meta.dirname, "../../..");

/** A program of TSX with what it imports of the package, as users load it, in one script. */
export function bundled(program: string): string {
  const built = buildSync({
    stdin: { contents: program, resolveDir: root, loader: "tsx" },
    define: { "process.env.NODE_ENV": '"production"' },
    bundle: true,
    format: "iife",
    jsx: "automatic",
    write: false,
  });
  return built.outputFiles[0]?.text ?? "";
}

/** On a free port of 127.0.0.1; gives the origin. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** With all connections that there are. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
