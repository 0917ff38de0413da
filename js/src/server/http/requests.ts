import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { claimSocket } from "./claim-socket.js";
import { onSocketClose, PeerSignal } from "./peer-signal.js";

/**
 * Follows every request of Node's HTTP servers in this thread, so that `hub.response`, which gets a web `Request`, knows the
 * response that it makes the body for, in whichever framework.
 *
 * What follows a request through every promise costs some Nodes twice the time of each, in the whole process. Who calls
 * `attach` alone has the response in hand and is spared that: his requests are followed to the next tick only.
 */
class Requests {
  // Private to the last: what test runners clean off the global object between files, a server that is left may still use.
  readonly #responses = new AsyncLocalStorage<ServerResponse>();
  /** Where `attach` alone is called: the response whose request is handled in this very turn. */
  #latest: ServerResponse | undefined;
  #answeredBy: "nothing" | "attach" | "response" = "nothing";
  #isDirect = false;

  /** The core may write to the responses' sockets. */
  get isDirect(): boolean {
    return this.#isDirect;
  }

  begin(response: ServerResponse): void {
    if (this.#answeredBy === "attach") this.#noteLatest(response);
    else this.#responses.enterWith(response);
  }

  now(): ServerResponse | undefined {
    if (this.#answeredBy !== "response") {
      this.#answeredBy = "response";
      if (this.#latest !== undefined) this.#responses.enterWith(this.#latest);
    }
    return this.#responses.getStore();
  }

  areAttached(): void {
    if (this.#answeredBy !== "nothing") return;
    this.#answeredBy = "attach";
    this.#responses.disable();
  }

  writeToSockets(): void {
    this.#isDirect = true;
    this.#answeredBy = "response";
  }

  /** Nothing but the request's own handlers runs before the next tick. */
  #noteLatest(response: ServerResponse): void {
    if (this.#latest === undefined) {
      process.nextTick(() => {
        this.#latest = undefined;
      });
    }
    this.#latest = response;
  }
}

/** One a thread, however often this module is loaded. */
const KEY = Symbol.for("millrace.requests.2");

/** Requests that came before the first call are not known. */
function requests(): Requests {
  const store = globalThis as { [KEY]?: Requests };
  if (store[KEY] !== undefined) return store[KEY];
  const made = new Requests();
  store[KEY] = made;
  subscribe("http.server.request.start", (message) => made.begin((message as { response: ServerResponse }).response));
  return made;
}

/** The application calls `attach`: as long as it calls nothing else, nothing more need be known. */
export function needsNoRequests(): void {
  requests().areAttached();
}

/** The Node response of the request that is being handled, where it is known and nothing of it was sent. */
export function responseNow(): ServerResponse | undefined {
  const response = requests().now();
  return response?.headersSent === false ? response : undefined;
}

/**
 * From now on the core may write streams to the sockets of the responses that they are made for: route handlers of Next.js get a
 * web `Request` only, and Next.js is known to pipe what they return into Node's response. Requests that came before are answered
 * by pulling. Idempotent.
 */
export function writeToSockets(): void {
  requests().writeToSockets();
}

/** The same as {@link responseNow}, where the core may write to its socket. */
export function responseToWriteTo(): ServerResponse | undefined {
  return requests().isDirect ? responseNow() : undefined;
}

/** What a stream has of the request that it answers. */
export interface Seat {
  /** To be called at the stream's end. */
  readonly release: () => void;
  /** Ends the stream when its client leaves of which nobody else tells it. */
  readonly watch: (stream: { leave(): void }) => void;
}

/**
 * Claims the socket of the request that is being answered for a stream, where it is known; see {@link claimSocket}.
 *
 * @throws SSEError `TOO_MANY_CONNECTIONS` when another response on the same socket has a stream.
 */
export function claimSocketNow(): Seat {
  const response = responseNow();
  if (response === undefined) return { release: () => {}, watch: () => {} };
  const releaseSocket = claimSocket(response);
  let forget = () => {};
  const release = () => {
    releaseSocket();
    forget();
  };
  response.once("close", release); // it was answered otherwise, and nobody has closed the stream
  const watch: Seat["watch"] = (stream) => {
    // A response that waits behind another has no socket yet, and nobody tells it when the client leaves.
    if (response.socket === null) forget = onSocketClose(response.req.socket, () => stream.leave());
  };
  return { release, watch };
}

/**
 * Resolves when it is the turn of the response that is being made, which may wait behind others on its socket: what is made
 * before would wait in memory. Says whether its client is still there.
 */
export async function untilTurn(): Promise<boolean> {
  const response = responseNow();
  if (response === undefined) return true;
  const peer = new PeerSignal(response.req, response);
  await peer.untilTurn();
  peer.stop();
  return !peer.signal.aborted;
}

// When it is loaded, and not with the first stream, whose request has begun by then. Nothing is followed before a server of
// this process gets a request.
requests();
