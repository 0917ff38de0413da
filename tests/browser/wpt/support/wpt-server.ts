import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { type Answer, type Origins, Resource } from "./resource.js";

/** Serves blank pages with the tools in them, and the resources of the cases, as three origins. */
export class WptServer {
  readonly origins: Origins;
  readonly #servers: readonly Server[];
  readonly #resources: Map<string, Resource>;

  private constructor(servers: readonly [Server, Server], resources: Map<string, Resource>) {
    this.#servers = servers;
    this.#resources = resources;
    const [port, otherPort] = servers.map((server) => (server.address() as AddressInfo).port);
    this.origins = {
      own: `http://127.0.0.1:${port}`,
      otherHost: `http://localhost:${port}`,
      otherPort: `http://127.0.0.1:${otherPort}`,
    };
  }

  static async start(): Promise<WptServer> {
    const script = bundleTools();
    const resources = new Map<string, Resource>();
    const listen = async (): Promise<Server> => {
      const server = createServer((req, res) => {
        const { pathname } = new URL(req.url ?? "", "http://server");
        const resource = resources.get(pathname);
        if (resource) void resource.take(req, res);
        else servePage(pathname, script, res);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    };
    return new WptServer([await listen(), await listen()], resources);
  }

  /** A new resource with a path of its own. */
  serve(answer: Answer): Resource {
    const path = `/resource/${this.#resources.size + 1}`;
    const resource = new Resource(this.origins, path, answer);
    this.#resources.set(path, resource);
    return resource;
  }

  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
  }
}

function servePage(path: string, script: string, res: ServerResponse): void {
  if (path === "/tools.js") res.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
  else if (path === "/page") res.writeHead(200, { "Content-Type": "text/html" }).end(PAGE);
  else res.writeHead(404).end();
}

const PAGE = "<!doctype html><meta charset=utf-8><title>Cases</title><script src='/tools.js'></script>";

/** The tools and the built `millrace/client` in one script, for pages and workers alike. */
function bundleTools(): string {
  const entryPoints = [join(import.meta.dirname, "tools.ts")];
  const { outputFiles } = buildSync({ entryPoints, bundle: true, format: "iife", platform: "browser", write: false });
  return outputFiles[0]?.text ?? "";
}
