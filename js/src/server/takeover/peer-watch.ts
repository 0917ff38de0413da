import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { HubStream } from "../stream/hub-stream.js";

/** The listeners of Node's own HTTP server; any other is the application's: then Node must keep the socket. */
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

/** Watches for the client's end while Node has the socket; afterwards, tells late listeners of the end that the core notices. */
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
    // A response that waits behind another has no socket yet, and does not emit `close` when the client leaves.
    if (res.socket === null) {
      req.socket.on("close", this.#onClose);
      void stream.closed.then(() => req.socket.off("close", this.#onClose));
    }
  }

  /** Whether the application counts on what Node says of the connection, or has yet to read the request's body. */
  isNeeded(): boolean {
    const isApplications = (listener: unknown) =>
      listener !== this.#onClose && !NODES_OWN.has((listener as { name: string }).name);
    const hasListeners = (emitter: EventEmitter, events: readonly string[]) =>
      events.some((event) => emitter.listeners(event).some(isApplications));
    const req = this.#req;
    return (
      !req.complete ||
      req.readableLength > 0 ||
      hasListeners(req, [...END_EVENTS, ...BODY_EVENTS]) ||
      hasListeners(this.#res, END_EVENTS) ||
      hasListeners(req.socket, SOCKETS_END_EVENTS)
    );
  }

  /** Has Node release the socket: the core watches for the client's end from now on. */
  releaseSocket(): void {
    this.#res.off("close", this.#onClose);
    const { socket } = this.#res;
    const stream = this.#stream;
    tellLate(this.#req, stream);
    tellLate(this.#res, stream);
    // Only once Node has emitted its own `close`: until then it destroys them itself.
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

/** Tells those who listen after the release of the real end. */
function tellLate(emitter: IncomingMessage | ServerResponse, stream: HubStream): void {
  const awaited = new Set<string>();
  emitter.on("newListener", (event: string) => {
    if (!["close", "aborted"].includes(event) || awaited.has(event)) return;
    awaited.add(event);
    void stream.closed.then(() => emitter.emit(event));
  });
}

/** Destroying what Node has released cuts the connection. */
function cutByDestroy(one: IncomingMessage | ServerResponse | Socket, stream: HubStream): void {
  one.destroy = function destroy(this: typeof one) {
    stream.leave();
    return this;
  } as typeof one.destroy;
}
