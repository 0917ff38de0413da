import { connect, type Socket } from "node:net";
import { javascriptCore } from "../../js/src/core/javascript/index.js";
import type { ParsedItem, ReceiverCore } from "../../js/src/shared/receiver.js";
import { isNotice, withoutNotices } from "./notices.js";

const createReceiver = () => javascriptCore.createReceiver({ dedup: 0 });

export interface RawRequest {
  readonly path?: string;
  readonly method?: string;
  readonly version?: "1.0" | "1.1";
  readonly headers?: Record<string, string>;
}

/** A client that takes HTTP at its word: the framing of every chunk is checked, byte by byte. */
export class RawClient {
  readonly socket: Socket;
  readonly items: ParsedItem[] = [];
  /** The events so far, of all responses, as `type:data`. */
  readonly events: string[] = [];
  /** Of the newest response. */
  head = "";
  chunks: string[] = [];
  /** The newest response has come to its end, as its framing says. */
  isWhole = false;
  /** The server has ended the connection. */
  hasEnded = false;
  readonly #createReceiver: () => ReceiverCore;
  #receiver: ReceiverCore;
  #pending = Buffer.alloc(0);
  #failure: Error | undefined;
  #isClosed = false;
  #onChange: (() => void)[] = [];

  constructor(port: number, receiver = createReceiver) {
    this.#createReceiver = receiver;
    this.#receiver = receiver();
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (bytes) => {
      this.#pending = Buffer.concat([this.#pending, bytes]);
      try {
        this.#parse();
      } catch (error) {
        this.#failure = error as Error;
      }
      this.#changed();
    });
    this.socket.on("end", () => {
      this.hasEnded = true;
      this.#changed();
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.#isClosed = true;
      this.#changed();
    });
  }

  /** A client whose response has begun. */
  static async open(port: number, request: RawRequest = {}): Promise<RawClient> {
    const client = new RawClient(port);
    client.request(request);
    return client.until(({ head }) => head !== "");
  }

  request({ path = "/", method = "GET", version = "1.1", headers = {} }: RawRequest = {}): void {
    Object.assign(this, { head: "", chunks: [], isWhole: false });
    this.#receiver = this.#createReceiver();
    const lines = Object.entries({ Host: "localhost", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`${method} ${path} HTTP/${version}\r\n${lines.join("")}\r\n`, "latin1");
  }

  /** There is no connection any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get lastEventId(): string {
    return this.#receiver.lastEventId;
  }

  /** As it came. */
  get raw(): string {
    return this.chunks.join("");
  }

  /** Without the notices of the beginning and the end, as are the items and events. */
  get body(): string {
    return withoutNotices(this.raw);
  }

  get status(): number {
    return Number(this.head.split(" ")[1]);
  }

  header(name: string): string | undefined {
    const line = this.head.split("\r\n").find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}: `));
    return line?.slice(name.length + 2);
  }

  /** Resolves when the condition holds; fails when the framing is wrong, or the connection's end makes it impossible. */
  async until(condition: (client: RawClient) => boolean): Promise<this> {
    while (!condition(this)) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isClosed)
        throw new Error(`The connection ended after ${JSON.stringify((this.head + this.body).slice(-500))}`);
      await new Promise<void>((resolve) => this.#onChange.push(resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this;
  }

  untilEvents(count: number): Promise<this> {
    return this.until(({ events }) => events.length >= count);
  }

  /** The stream sets the client's cursor: it is open. */
  untilOpen(): Promise<this> {
    return this.until(({ body }) => body.includes("id: "));
  }

  /** The client has nothing more to say, or, if it resets, to do with the server. */
  leave(how: "end" | "reset" = "end"): void {
    if (how === "reset") this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  #changed(): void {
    for (const tell of this.#onChange.splice(0)) tell();
  }

  #parse(): void {
    if (this.head === "") {
      const end = this.#pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.head = this.#take(end + 4).toString("latin1");
      if (this.status === 204 || this.header("content-length") === "0") this.isWhole = true;
    }
    if (this.header("transfer-encoding") !== "chunked") {
      const bytes = this.#take(this.#pending.length);
      if (bytes.length > 0) this.#deliver(bytes);
      const length = Number(this.header("content-length") ?? Number.NaN);
      if (Buffer.byteLength(this.raw) === length) this.isWhole = true;
      return;
    }
    while (!this.isWhole) {
      const lineEnd = this.#pending.indexOf("\r\n");
      const line = this.#pending.subarray(0, lineEnd < 0 ? undefined : lineEnd).toString("latin1");
      if (!(lineEnd < 0 ? /^[0-9a-f]{0,8}\r?$/ : /^(0|[1-9a-f][0-9a-f]{0,7})$/).test(line)) {
        throw new Error(`No chunk begins with ${JSON.stringify(line.slice(0, 100))}`);
      }
      const size = Number.parseInt(line, 16);
      if (lineEnd < 0 || this.#pending.length < lineEnd + 2 + size + 2) return;
      this.#take(lineEnd + 2);
      const bytes = this.#take(size);
      if (this.#take(2).toString("latin1") !== "\r\n") throw new Error("A chunk does not end where it should");
      if (size === 0) this.isWhole = true;
      else this.#deliver(bytes);
    }
    if (this.#pending.length > 0)
      throw new Error(`After the body's end came ${JSON.stringify(String(this.#pending.subarray(0, 500)))}`);
  }

  #deliver(bytes: Buffer): void {
    this.chunks.push(bytes.toString("utf8"));
    for (const item of this.#receiver.feed(bytes)) {
      if (isNotice(item)) continue;
      this.items.push(item);
      if (item.kind === "event") this.events.push(`${item.type}:${item.data}`);
    }
  }

  #take(size: number): Buffer {
    const taken = this.#pending.subarray(0, size);
    this.#pending = this.#pending.subarray(size);
    return taken;
  }
}
