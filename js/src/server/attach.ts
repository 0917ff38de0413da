import type { IncomingMessage, ServerResponse } from "node:http";
import { descriptorOf, FirstChunk, mayBeDirect, whenFlushed } from "./first-chunk.js";
import { guardEnd } from "./guard-end.js";
import type { RequestLike } from "./options.js";
import { headersOf, keepingVary } from "./response.js";
import type { HubStream } from "./stream.js";

/** Node's requests as the rest of Millrace knows them. */
export function requestLike(req: IncomingMessage): RequestLike {
  return {
    url: req.url ?? "/",
    method: req.method ?? "GET",
    headers: {
      get: (name) => {
        const value = req.headers[name];
        return Array.isArray(value) ? value.join(", ") : (value ?? null);
      },
    },
  };
}

export interface AttachWay {
  /** Default: where nobody listens to what Node would say of the socket. */
  readonly handOver: boolean | undefined;
  readonly headers: Record<string, string>;
  readonly direct: boolean;
}

/** Answers with the stream, by the shortest way there is; the head and the first bytes go through Node. */
export function attachStream(
  stream: HubStream,
  req: IncomingMessage,
  res: ServerResponse,
  { handOver, headers, direct }: AttachWay,
): void {
  const watch = new PeerWatch(stream, req, res);
  // Node cannot read the next request from a socket that it has given away.
  const givesAway = direct && mayBeDirect(res) && (handOver ?? !watch.hasListeners());
  const usual = keepingVary(res, headersOf(stream));
  res.writeHead(200, { ...usual, ...(givesAway && { Connection: "close" }), ...headers });
  const first = stream.takeFirst();
  const proof =
    direct && first.length > 0 && mayBeDirect(res) && res.socket !== null
      ? new FirstChunk(res.socket, first)
      : undefined;
  if (first.length > 0) res.write(first);
  else res.flushHeaders();
  proof?.stop();
  flush(res);
  if (proof?.state !== "proven" || isEncoded(res, stream) || res.socket === null) {
    void pump(stream, res);
    return;
  }
  // What the caller does next, in the same turn, may show that somebody listens to the socket's events.
  const { socket } = res;
  setImmediate(() => {
    whenFlushed(socket, (hasLeft) => {
      if (stream.hasEnded) {
        void pump(stream, res); // what it sent before its end is in its body
        return;
      }
      const descriptor = hasLeft ? descriptorOf(socket) : -1;
      const isHandedOver = handOver ?? !watch.hasListeners();
      // A stream that was handed over must hold nothing of Node's: that is most of an idle connection's memory.
      const onEnd = isHandedOver ? undefined : (isWhole: boolean) => endResponse(res, isWhole);
      if (descriptor < 0 || !stream.divert({ descriptor, onEnd })) void pump(stream, res);
      else if (isHandedOver) watch.handOver();
      else guardEnd(res, stream);
    });
  });
}

/** By somebody else. */
function isEncoded(res: ServerResponse, stream: HubStream): boolean {
  return res.hasHeader("content-encoding") && !stream.facts.isCompressed;
}

function endResponse(res: ServerResponse, isWhole: boolean): void {
  if (isWhole) res.end();
  else res.destroy(); // half a chunk may be out: only the connection's end is clear to the client
}

/** Through Node: for TLS, HTTP/2, compressed or otherwise changed responses. */
async function pump(stream: HubStream, res: ServerResponse): Promise<void> {
  const isOver = () => res.destroyed || res.writableEnded;
  try {
    for await (const bytes of stream.stream) {
      if (isOver()) break;
      const hasRoom = res.write(bytes);
      flush(res);
      if (!hasRoom) await nextOf(res, ["drain", "close"]);
    }
    if (!isOver()) res.end();
  } catch {
    res.destroy(); // somebody else reads the stream
  }
  stream.leave();
}

/** What compression middleware still holds. */
function flush(res: ServerResponse): void {
  (res as { flush?: () => void }).flush?.();
}

function nextOf(res: ServerResponse, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) res.off(event, done);
      resolve();
    };
    for (const event of events) res.on(event, done);
    if (res.destroyed) done();
  });
}

/** What Node's own HTTP server listens to; a listener of anything else is somebody's who counts on Node's socket. */
const NODES_OWN = new Set(["bound resOnFinish"]);
const END_EVENTS = ["close", "finish", "end", "aborted", "error", "prefinish"];

/** The client's end as Node sees it, while Node has the socket; afterwards, for listeners that come late, as the core sees it. */
class PeerWatch {
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

  hasListeners(): boolean {
    const isSomebodys = (listener: unknown) =>
      listener !== this.#onClose && !NODES_OWN.has((listener as { name: string }).name);
    return [this.#req, this.#res].some((emitter) =>
      END_EVENTS.some((event) => emitter.listeners(event).some(isSomebodys)),
    );
  }

  /** The core watches for the client's end from now on, and Node forgets the socket. */
  handOver(): void {
    this.#res.off("close", this.#onClose);
    const { socket } = this.#res;
    tellLate(this.#req, this.#stream);
    tellLate(this.#res, this.#stream);
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
