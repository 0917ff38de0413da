import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { HubStream } from "../stream/stream.js";

/** What Node's own HTTP server listens with; any other listener is somebody's who counts on Node's socket. */
const NODES_OWN = new Set([
  "bound resOnFinish",
  "bound socketOnClose",
  "onServerResponseClose",
  "onReadableStreamEnd",
  "bound socketOnEnd",
  "socketOnError",
]);
const END_EVENTS = ["close", "finish", "end", "aborted", "error", "prefinish"];
const SOCKETS_END_EVENTS = ["close", "end", "error"];
const BODY_EVENTS = ["data", "readable"];

/** The client's end as Node sees it, while Node has the socket; afterwards, for listeners that come late, as the core sees it. */
export class PeerWatch {
  readonly #stream: HubStream;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #onClose: () => void;

  constructor(stream: HubStream, req: IncomingMessage, res: ServerResponse) {
    this.#stream = stream;
    this.#req = req;
    this.#res = res;
    this.#onClose = () => stream.leave();
    res.on("close", this.#onClose);
    // A response that waits behind another has no socket yet, and nobody tells it when the client leaves.
    if (res.socket === null) {
      req.socket.on("close", this.#onClose);
      void stream.closed.then(() => req.socket.off("close", this.#onClose));
    }
  }

  /** Whether somebody counts on what Node says of the connection, or has yet to read the request's body. */
  isNeeded(): boolean {
    const isSomebodys = (listener: unknown) =>
      listener !== this.#onClose && !NODES_OWN.has((listener as { name: string }).name);
    const hasListeners = (emitter: EventEmitter, events: readonly string[]) =>
      events.some((event) => emitter.listeners(event).some(isSomebodys));
    const req = this.#req;
    return (
      !req.complete ||
      req.readableLength > 0 ||
      hasListeners(req, [...END_EVENTS, ...BODY_EVENTS]) ||
      hasListeners(this.#res, END_EVENTS) ||
      hasListeners(req.socket, SOCKETS_END_EVENTS)
    );
  }

  /** The core watches for the client's end from now on, and Node forgets the socket. */
  handOver(): void {
    this.#res.off("close", this.#onClose);
    const { socket } = this.#res;
    const stream = this.#stream;
    tellLate(this.#req, stream);
    tellLate(this.#res, stream);
    // Once Node has told everybody of its own end; until then it destroys them itself.
    socket?.once("close", () => {
      cutByDestroy(this.#req, stream);
      cutByDestroy(this.#res, stream);
      cutByDestroy(socket, stream);
      socket.end = socket.destroySoon = function end(this: Socket) {
        stream.close();
        return this;
      } as Socket["end"] & Socket["destroySoon"];
    });
    socket?.destroy();
  }
}

/** Who listens after the hand-over is told of the real end all the same. */
function tellLate(emitter: IncomingMessage | ServerResponse, stream: HubStream): void {
  const awaited = new Set<string>();
  emitter.on("newListener", (event: string) => {
    if (!["close", "aborted"].includes(event) || awaited.has(event)) return;
    awaited.add(event);
    void stream.closed.then(() => emitter.emit(event));
  });
}

/** Who destroys what Node has forgotten means the connection. */
function cutByDestroy(one: IncomingMessage | ServerResponse | Socket, stream: HubStream): void {
  one.destroy = function destroy(this: typeof one) {
    stream.leave();
    return this;
  } as typeof one.destroy;
}
