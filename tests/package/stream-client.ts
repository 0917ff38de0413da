import { Agent, type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { createGunzip } from "node:zlib";
import { withoutNotices } from "../addon/notices.js";

export interface StreamClientOptions {
  /** Default: one of its own, so that the connection is its own. */
  readonly agent?: Agent;
  readonly headers?: Readonly<Record<string, string>>;
  /** Undoes an encoding that the response does not tell of. */
  readonly decode?: () => Duplex;
}

/** Asks for a stream and reads it, without any of Millrace's code. Node checks the chunks' framing. */
export class StreamClient {
  readonly response: IncomingMessage;
  /** The client's, of the connection. */
  readonly port: number | undefined;
  /** The body, as far as it has come. */
  text = "";
  #waiting: (() => void)[] = [];
  #error: Error | undefined;
  #hasEnded = false;

  private constructor(response: IncomingMessage, decode: (() => Duplex) | undefined) {
    this.response = response;
    this.port = response.socket.localPort;
    const isZipped = response.headers["content-encoding"] === "gzip";
    const body = decode || isZipped ? response.pipe(decode?.() ?? createGunzip()) : response;
    body.setEncoding("utf8");
    body.on("data", (text: string) => {
      this.text += text;
      this.#wake();
    });
    response.on("error", (error) => {
      this.#error = error;
      this.#wake();
    });
    response.on("close", () => {
      this.#hasEnded = true;
      this.#wake();
    });
  }

  /** Resolves with the head. */
  static open(url: string, { agent = new Agent(), headers, decode }: StreamClientOptions = {}): Promise<StreamClient> {
    return new Promise((resolve, reject) => {
      request(url, { agent, headers: { accept: "text/event-stream", ...headers } })
        .on("response", (response) => resolve(new StreamClient(response, decode)))
        .on("error", reject)
        .end();
    });
  }

  /** The data of its events, as objects; without the notices of the stream's beginning and end. */
  get data(): Record<string, unknown>[] {
    return [...withoutNotices(this.text).matchAll(/^data: (\{.*\})\n\n/gm)].map(([, json = ""]) => JSON.parse(json));
  }

  async until(part: string): Promise<void> {
    while (!this.text.includes(part)) {
      if (this.#hasEnded) throw new Error(`the stream ended (${this.#error?.message}) after ${this.text.slice(-500)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Reads on until the body's end; throws where the connection was only cut. */
  async toEnd(): Promise<void> {
    while (!this.#hasEnded) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!this.response.complete) throw this.#error ?? new Error("the connection was cut");
  }

  /** Leaves without a word. */
  leave(): void {
    this.response.destroy();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** What the application's control route says. */
export interface Report {
  readonly connections: number;
  /** Of these, whose sockets the core writes to. */
  readonly takenOver: number;
  /** Requests that the hub has refused since the first report. */
  readonly refused: number;
  /** What Node itself wrote to the stream's socket. */
  readonly written: number;
  readonly reason?: string;
  readonly aborted?: true;
}

/** Sends a command to the application's control route, each over a connection of its own unless an agent is given. */
export function control(url: string, command: object, agent = new Agent()): Promise<Report> {
  return new Promise((resolve, reject) => {
    request(`${url}/api/control`, { method: "POST", agent })
      .on("response", async (response) => {
        let text = "";
        for await (const part of response.setEncoding("utf8")) text += part;
        if (response.statusCode === 200) resolve(JSON.parse(text) as Report);
        else reject(new Error(`${response.statusCode}: ${text}`));
      })
      .on("error", reject)
      .end(JSON.stringify(command));
  });
}
