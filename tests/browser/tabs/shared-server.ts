import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { createHub, type Hub } from "../../../js/src/server/index.js";

/** A page of no origin, which has no locks. */
const FRAME = `<!doctype html><iframe sandbox="allow-scripts" src="/"></iframe>`;

/** A real hub behind HTTP/1.1, and blank pages with the client in them. */
export class SharedServer {
  readonly hub: Hub;
  readonly url: string;
  /** Streams are open from now on, and nothing comes. */
  headsOnly = false;
  /** How many streams were asked for, and answers by POST. */
  asked = 0;
  posts = 0;
  opened = 0;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #answers = new Set<ServerResponse>();
  #published = 0;

  private constructor(hub: Hub, server: Server, sockets: Set<Socket>) {
    this.hub = hub;
    this.#server = server;
    this.#sockets = sockets;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(name: string): Promise<SharedServer> {
    const hub = createHub({ name });
    const script = bundle();
    const sockets = new Set<Socket>();
    const server = createServer((req, res) => {
      if (req.url === "/events") shared.asked += 1;
      if (req.url === "/client.js") res.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
      else if (req.url === "/events" && shared.headsOnly) void answerHead(hub, req, res);
      else if (req.url === "/open") shared.#open(res);
      else if (req.url === "/answer") shared.#answer(res);
      else if (req.url === "/frame") res.writeHead(200, { "Content-Type": "text/html" }).end(FRAME);
      else if (req.url === "/events") void hub.attach(req, res, { channels: ["c"], handOver: false });
      else res.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><script src=/client.js></script>");
    });
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const shared = new SharedServer(hub, server, sockets);
    return shared;
  }

  get connections(): number {
    return this.hub.stats().connections;
  }

  get published(): number {
    return this.#published;
  }

  /** Events with the numbers that follow. */
  publish(count: number): void {
    for (let n = 0; n < count; n += 1) this.hub.publish("c", { event: "n", data: ++this.#published });
  }

  /** Numbers without ids to every answer there is, and the last ones end it, in one chunk. */
  answer(from: number, to: number, isLast: boolean): void {
    for (const res of this.#answers) {
      const numbers = Array.from({ length: to - from + 1 }, (_, index) => `event: n\ndata: ${from + index}\n\n`);
      if (isLast) res.end(`${numbers.join("")}data: [DONE]\n\n`);
      else res.write(numbers.join(""));
    }
  }

  /** For pages of any origin. */
  #open(res: ServerResponse): void {
    this.opened += 1;
    res.writeHead(200, { "Content-Type": "text/event-stream", "Access-Control-Allow-Origin": "*" }).flushHeaders();
  }

  #answer(res: ServerResponse): void {
    this.posts += 1;
    this.#answers.add(res);
    res.once("close", () => this.#answers.delete(res));
    res.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
  }

  /** Cuts every connection there is. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
    await this.hub.close();
  }
}

async function answerHead(hub: Hub, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const request = new Request(`http://127.0.0.1${req.url}`, { headers: req.headers as Record<string, string> });
  const { headers, body } = await hub.response(request, { channels: ["c"] });
  res.writeHead(200, Object.fromEntries(headers)).flushHeaders();
  await body?.cancel();
}

function bundle(): string {
  const entryPoints = [join(import.meta.dirname, "tab-page.ts")];
  const { outputFiles } = buildSync({ entryPoints, bundle: true, format: "iife", platform: "browser", write: false });
  return outputFiles[0]?.text ?? "";
}
