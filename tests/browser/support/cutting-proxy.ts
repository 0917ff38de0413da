import { randomInt } from "node:crypto";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * Stands between a browser and a server and resets the connection in the middle of chosen events, once each: at a random
 * byte from where the marker begins. Everything else passes untouched.
 */
export class CuttingProxy {
  readonly url: string;
  /** The markers at which it has cut. */
  readonly cuts: string[] = [];
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(server: Server, sockets: ReadonlySet<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** `markers`: texts in the stream, in the order in which they come. */
  static async start(targetPort: number, markers: readonly string[]): Promise<CuttingProxy> {
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect(targetPort, "127.0.0.1");
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
      }
      client.pipe(upstream);
      proxy.#passOn(upstream, client, markers);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new CuttingProxy(server, sockets);
    return proxy;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #passOn(from: Socket, to: Socket, markers: readonly string[]): void {
    // Also the end of the chunk before, for a marker may lie across two.
    let tail = "";
    from.on("data", (chunk: Buffer) => {
      const marker = markers[this.cuts.length];
      const text = tail + chunk.toString("latin1");
      const at = marker === undefined ? -1 : text.indexOf(marker);
      if (marker === undefined || at < 0) {
        tail = text.slice(-(marker?.length ?? 0));
        if (!to.write(chunk)) from.pause();
        return;
      }
      this.cuts.push(marker);
      const cutAt = Math.max(0, at - tail.length + randomInt(marker.length));
      from.destroy();
      to.write(chunk.subarray(0, cutAt), () => to.resetAndDestroy());
    });
    to.on("drain", () => from.resume());
  }
}
