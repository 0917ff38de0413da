import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Aborts when the client of a Node request leaves before it is answered. */
export class PeerSignal {
  readonly #response: ServerResponse;
  /** Of a response that waits behind another. */
  readonly #socket: Socket | undefined;
  readonly #controller = new AbortController();
  readonly #onClose = () => this.#controller.abort();
  #forgetSocket = () => {};

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#response = res;
    res.on("close", this.#onClose);
    // A response that waits behind another has no socket yet, and does not emit `close` when the client leaves.
    if (req.httpVersionMajor < 2 && res.socket === null) this.#socket = req.socket;
    if (this.#socket !== undefined) this.#forgetSocket = onSocketClose(this.#socket, this.#onClose);
    if (res.destroyed || req.socket.destroyed) this.#controller.abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves when it is the response's turn on its socket, or its client has gone: one may wait behind others. */
  untilTurn(): Promise<void> {
    const response = this.#response;
    if (this.#socket === undefined || response.socket !== null || this.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      response.once("socket", () => resolve());
      this.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** Takes the listeners off Node's objects. */
  stop(): void {
    this.#response.off("close", this.#onClose);
    this.#forgetSocket();
  }
}

/** Responses that wait behind one another on a socket share one listener: a thousand may. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/** Tells when the socket is closed, which the responses that wait on it are not told; gives what ends that. */
export function onSocketClose(socket: Socket, tell: () => void): () => void {
  const those = waiting.get(socket) ?? firstOf(socket);
  those.add(tell);
  return () => those.delete(tell);
}

function firstOf(socket: Socket): Set<() => void> {
  const those = new Set<() => void>();
  waiting.set(socket, those);
  socket.on("close", () => {
    for (const one of those) one();
  });
  return those;
}
