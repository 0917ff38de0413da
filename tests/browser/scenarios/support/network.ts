import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Observed } from "./observed.js";

/** One connection through the proxy. */
interface Wire {
  readonly client: Socket;
  readonly upstream: Socket;
  /** It carries an event stream: everything else passes untouched. */
  isStream: boolean;
  isStalled: boolean;
  /** Of the stream. */
  chunks: number;
  held: Buffer;
}

/** What is between the page and the server: a proxy, which can be as bad as proxies are. */
export class Network extends Observed {
  /** Connections are reset in the middle of this chunk of their stream, counted from 1. */
  cutAtChunk = Number.POSITIVE_INFINITY;
  /** Streams are held back until so many heartbeats are together. */
  heldHeartbeats = 0;
  /** How many streams were cut. */
  cuts = 0;
  readonly url: string;
  #isDown = false;
  readonly #server: Server;
  readonly #wires: ReadonlySet<Wire>;

  private constructor(server: Server, wires: ReadonlySet<Wire>) {
    super();
    this.#server = server;
    this.#wires = wires;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(target: { readonly port: number }): Promise<Network> {
    const wires = new Set<Wire>();
    const server = createServer((client) => {
      client.on("error", () => {});
      if (network.#isDown) {
        client.resetAndDestroy();
        return;
      }
      const upstream = connect(target.port, "127.0.0.1");
      upstream.on("error", () => {});
      const wire = { client, upstream, isStream: false, isStalled: false, chunks: 0, held: Buffer.alloc(0) };
      wires.add(wire);
      client.pipe(upstream);
      client.on("close", () => {
        wires.delete(wire);
        upstream.destroy();
      });
      upstream.on("data", (chunk) => network.#pass(wire, chunk));
      upstream.on("close", () => wire.isStalled || client.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const network = new Network(server, wires);
    return network;
  }

  /** Resets the streams there are. */
  cut(): void {
    for (const wire of this.#wires) if (wire.isStream) this.#cut(wire);
  }

  /**
   * Resets every connection, and each that comes until `comeBack`: also those that no stream goes through, for the browser
   * keeps some open and asks through them.
   */
  goDown(): void {
    this.#isDown = true;
    for (const wire of this.#wires) this.#cut(wire);
  }

  comeBack(): void {
    this.#isDown = false;
  }

  /** From the streams there are nothing comes any more, and they stay open. */
  stall(): void {
    for (const wire of this.#wires) wire.isStalled ||= wire.isStream;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const { client } of this.#wires) client.destroy();
    await closed;
  }

  protected override describe(): unknown {
    const { cuts, cutAtChunk, heldHeartbeats } = this;
    return { cuts, cutAtChunk, heldHeartbeats, isDown: this.#isDown, wires: this.#wires.size };
  }

  #pass(wire: Wire, chunk: Buffer): void {
    const { client } = wire;
    wire.isStream ||= /^content-type: text\/event-stream/im.test(chunk.toString("latin1"));
    if (!wire.isStream) {
      client.write(chunk);
      return;
    }
    if (wire.isStalled || client.destroyed) return;
    wire.chunks += 1;
    if (wire.chunks >= this.cutAtChunk) {
      client.write(chunk.subarray(0, chunk.length / 2), () => this.#cut(wire));
      return;
    }
    wire.held = Buffer.concat([wire.held, chunk]);
    if (heartbeatsIn(wire.held) < this.heldHeartbeats) return;
    client.write(wire.held);
    wire.held = Buffer.alloc(0);
  }

  #cut({ client, upstream, isStream }: Wire): void {
    if (client.destroyed) return;
    if (isStream) this.cuts += 1;
    upstream.destroy();
    client.resetAndDestroy();
    this.changed();
  }
}

/** Heartbeats are comments that begin so. */
function heartbeatsIn(bytes: Buffer): number {
  return bytes.toString("latin1").match(/^: ?heartbeat/gm)?.length ?? 0;
}
