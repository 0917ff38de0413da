import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
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

const PAGE =
  '<!doctype html><meta name="color-scheme" content="light dark"><style>body { font: 16px sans-serif }</style><div id="root"></div><script src="/page.js"></script>';

/**
 * A server that shows a program's page at every address, but for requests that the function answers itself: it says so.
 *
 * @param answers - whether it has taken the request.
 */
export function pageServer(
  program: string,
  answers: (request: IncomingMessage, response: ServerResponse) => boolean,
): Server {
  const script = bundled(program);
  return createServer((request, response) => {
    if (answers(request, response)) return;
    const isScript = request.url === "/page.js";
    response.setHeader("Content-Type", `text/${isScript ? "javascript" : "html"}; charset=utf-8`);
    response.end(isScript ? script : PAGE);
  });
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
