import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";

/**
 * Follows every request of Node's HTTP servers in this thread, so that `hub.response`, which gets a web `Request`, knows the
 * response that it makes the body for, in whichever framework.
 *
 * Following a request through promises doubles the cost of every promise in some versions of Node, in the whole process. An
 * application that only calls `attach` has the response at hand: its requests are followed to the next tick only.
 */
class NodeRequests {
  // Private, all of them: test runners delete what is public from global objects between files, where a server may still run.
  readonly #responses = new AsyncLocalStorage<ServerResponse>();
  /** Where `attach` alone is called: the response whose request is handled in this very turn. */
  #latest: ServerResponse | undefined;
  #answeredBy: "nothing" | "attach" | "response" = "nothing";
  #mayWrite = false;

  /** Whether the core may write to the responses' sockets. */
  get mayWrite(): boolean {
    return this.#mayWrite;
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
    this.#mayWrite = true;
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
const KEY = Symbol.for("millrace.requests.3");

/** Requests that came before the first call are not known. */
function requests(): NodeRequests {
  const store = globalThis as { [KEY]?: NodeRequests };
  if (store[KEY] !== undefined) return store[KEY];
  const made = new NodeRequests();
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
 * web `Request` only, and Next.js is known to pipe what they return into Node's response. Requests that came before are answered by
 * pulling. Idempotent.
 */
export function writeToSockets(): void {
  requests().writeToSockets();
}

/** Whether the core may write to the sockets of the responses. */
export function mayWriteToSockets(): boolean {
  return requests().mayWrite;
}

// In Next.js, whose route handlers get no Node response, streams find it by themselves. Here and not in index.ts: bundlers
// leave out a module that only passes on what others export.
if (process.env.NEXT_RUNTIME === "nodejs") writeToSockets();

// When it is loaded, and not with the first stream, whose request has begun by then. Nothing is followed before a server of
// this process gets a request.
requests();
