import type { ServerResponse } from "node:http";
import type { HubStream } from "../stream/hub-stream.js";
import { watchPipedBody } from "../takeover/piped-body.js";
import { claimSocket } from "./claim-socket.js";
import { mayWriteToSockets, responseNow } from "./node-requests.js";
import { onSocketClose, PeerSignal } from "./peer-signal.js";

/** The Node response of the web `Request` that is being handled, where it is known. */
export class UnderlyingResponse {
  readonly #response: ServerResponse | undefined;
  #forget = () => {};

  /** To be called before the handler's first `await`: see {@link responseNow}. */
  constructor() {
    this.#response = responseNow();
  }

  /** Whether the answer may say that it is compressed: Next.js drops the Content-Encoding of a handler's response. */
  get mayCompress(): boolean {
    return process.env.NEXT_RUNTIME === undefined || this.#unsent() !== undefined;
  }

  /** Resolves when it is the response's turn on its socket; says whether its client is still there. */
  async untilTurn(): Promise<boolean> {
    const response = this.#response;
    if (response === undefined) return true;
    const peer = new PeerSignal(response.req, response);
    await peer.untilTurn();
    peer.stop();
    return !peer.signal.aborted;
  }

  /**
   * Claims the socket for a stream; gives what is called at its end.
   *
   * @throws SSEError `TOO_MANY_CONNECTIONS` when another response on the same socket has a stream.
   */
  claim(): () => void {
    const response = this.#response;
    if (response === undefined) return () => {};
    const releaseSocket = claimSocket(response);
    const release = () => {
      releaseSocket();
      this.#forget();
    };
    response.once("close", release); // the handler may have answered otherwise, and left the stream open
    return release;
  }

  /**
   * The stream is what the response is going to send.
   *
   * @param isEnabled - the option `direct`.
   */
  carry(stream: HubStream, isEnabled: boolean): void {
    const response = this.#response;
    // A response that waits behind another has no socket yet, and does not emit `close` when the client leaves.
    if (response?.socket === null) this.#forget = onSocketClose(response.req.socket, () => stream.leave());
    const unsent = this.#unsent();
    if (unsent !== undefined && mayWriteToSockets()) watchPipedBody(stream, unsent, isEnabled);
  }

  /** Calls it when the response was sent or its client has gone; says whether that will be known. */
  onSent(tell: () => void): boolean {
    return this.#unsent()?.once("finish", tell).once("close", tell) !== undefined;
  }

  #unsent(): ServerResponse | undefined {
    return this.#response?.headersSent === false ? this.#response : undefined;
  }
}
