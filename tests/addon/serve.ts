import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A node:http server on a free port of 127.0.0.1 that answers with web Responses, as Next.js does. */
export interface TestServer {
  readonly url: string;
  /** Ends all connections that there are. */
  cut(): void;
  close(): Promise<void>;
}

export async function serve(handle: (request: Request) => Response | Promise<Response>): Promise<TestServer> {
  const server = createServer((req, res) => void answer(req, res, handle));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  handle: (request: Request) => Response | Promise<Response>,
): Promise<void> {
  const abort = new AbortController();
  res.on("close", () => abort.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) headers.set(name, String(value));
  const { method = "GET" } = req;
  const sent = method === "GET" || method === "HEAD" ? {} : { body: req as never, duplex: "half" };
  const url = `http://${req.headers.host}${req.url}`;
  const response = await handle(new Request(url, { method, headers, signal: abort.signal, ...sent }));
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.flushHeaders();
  try {
    for await (const chunk of response.body ?? []) res.write(chunk);
  } catch {
    res.destroy();
    return;
  }
  res.end();
}
