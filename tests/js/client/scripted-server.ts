import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";

/** By this a stream says that it is Millrace's, and resumes. */
export const MILLRACE = 'event: millrace.begin\ndata: {"resumes":true}\n\n';

/** One request, to be answered by the test. */
export class Exchange {
  readonly headers: IncomingMessage["headers"];
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly body: string;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly gone: Promise<void>;
  readonly #response: ServerResponse;
  readonly #beginning: string;

  constructor(request: IncomingMessage, response: ServerResponse, body: string, beginning: string) {
    this.#beginning = beginning;
    this.headers = request.headers;
    this.method = request.method;
    this.path = request.url;
    this.body = body;
    this.#response = response;
    this.gone = new Promise((resolve) => void response.once("close", resolve));
  }

  /** The cursor as the server has it: the header's bytes, read as UTF-8, or what stands in the query. */
  get lastEventId(): string | undefined {
    const header = this.headers["last-event-id"];
    if (typeof header === "string") return Buffer.from(header, "latin1").toString("utf8");
    return new URL(this.path ?? "", "http://localhost").searchParams.get("lastEventId") ?? undefined;
  }

  respond(status: number, headers: Record<string, string> = {}, body = ""): void {
    this.#response.writeHead(status, headers).end(body);
  }

  /** Begins an answer that {@link end} ends. */
  begin(status: number, headers: Record<string, string>, text: string): void {
    this.#response.writeHead(status, headers).write(text);
  }

  json(answer: unknown): void {
    this.respond(200, { "content-type": "application/json; charset=utf-8" }, JSON.stringify(answer));
  }

  /** Begins an event stream; what is written at once leaves in one piece with it. */
  stream(text = "", headers: Record<string, string> = {}): void {
    this.#response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", ...headers });
    this.#response.flushHeaders();
    if (this.#beginning + text) this.#response.write(this.#beginning + text);
  }

  write(text: string | Uint8Array): void {
    this.#response.write(text);
  }

  end(): void {
    this.#response.end();
  }

  /** Cuts the connection in the middle. What was written before has left. */
  destroy(): void {
    this.#response.socket?.destroySoon();
  }
}

/** A real HTTP server on a free port that answers what the test says, when the test says it. */
export class ScriptedServer {
  #server: Server | undefined;
  #arrived: Exchange[] = [];
  #waiting: ((exchange: Exchange) => void)[] = [];
  #beginning = "";
  /** How many requests came, answered or not. */
  requests = 0;

  private constructor() {}

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await server.#start();
    return server;
  }

  /**
   * One that is started anew for each test of the file. After a test the clients are closed before it stops:
   * otherwise they would try to reconnect.
   *
   * Hooks run in the order they are written in, those after a test too. A file's own hook after a test is written
   * before this call if it is to run before the clients are closed.
   *
   * @param beginning - what every stream begins with: {@link MILLRACE} for a server of Millrace's.
   */
  static forEachTest(closeClients: () => void = () => {}, beginning = ""): ScriptedServer {
    const server = new ScriptedServer();
    server.#beginning = beginning;
    beforeEach(() => server.#start());
    afterEach(async () => {
      closeClients();
      await server.stop();
    });
    return server;
  }

  async #start(): Promise<void> {
    // New lists each time: a request that is still being read when its test ends does not reach the next test.
    const arrived: Exchange[] = [];
    const waiting: ((exchange: Exchange) => void)[] = [];
    const server = createServer(async (request, response) => {
      this.requests++;
      let body = "";
      for await (const piece of request) body += piece;
      const exchange = new Exchange(request, response, body, this.#beginning);
      const waiter = waiting.shift();
      if (waiter) waiter(exchange);
      else arrived.push(exchange);
    });
    this.#server = server;
    this.#arrived = arrived;
    this.#waiting = waiting;
    this.requests = 0;
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  }

  get origin(): string {
    const address = this.#server?.address();
    if (typeof address !== "object" || address === null) throw new Error("the server is not running");
    return `http://127.0.0.1:${address.port}`;
  }

  get url(): string {
    return `${this.origin}/events`;
  }

  /** The next request, as soon as it is there. */
  next(): Promise<Exchange> {
    const exchange = this.#arrived.shift();
    return exchange ? Promise.resolve(exchange) : new Promise((resolve) => void this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const stopped = new Promise((resolve) => void server.close(resolve));
    server.closeAllConnections();
    await stopped;
  }
}

const NEVER_MS = 30_000;

/** Waits until a condition holds, turn by turn of the event loop. One that never does fails before Jest's own limit. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + NEVER_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${condition}`);
    await setImmediate();
  }
}

/** Enough turns of the event loop for whatever is under way in this process to show. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}
