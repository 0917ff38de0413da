import type { IncomingMessage, ServerResponse } from "node:http";
import { requireFlag } from "../../shared/arguments.js";
import { nodeRequest } from "../../shared/node-request.js";
import type { RequestLike } from "../access/request-like.js";
import { endedStream } from "../stream/ended-stream.js";
import type { HubStream } from "../stream/hub-stream.js";
import { checkResponseOptions } from "../stream/response-options.js";
import type { SSEStream } from "../stream/sse-stream.js";
import { isOver } from "../takeover/is-over.js";
import { NodeWriter } from "../takeover/node-writer.js";
import { answerFailure, answerRequest, tellFailure } from "./answer-request.js";
import { ATTACH_OPTIONS, type AttachOptions } from "./attach-options.js";
import { claimSocket } from "./claim-socket.js";
import type { Exchange, PlainAnswer } from "./exchange.js";
import { nodeHeaders } from "./headers.js";
import { needsNoRequests } from "./node-requests.js";
import { PeerSignal } from "./peer-signal.js";

/** Responses that `attach` was called for. */
const attached = new WeakSet<ServerResponse>();

/**
 * Answers a request of Node's HTTP server.
 *
 * @throws TypeError for options of a wrong type, with which the client is answered 500, and for what is no request of Node's.
 */
export async function answerNode(
  hubName: string,
  req: IncomingMessage,
  res: ServerResponse,
  options: AttachOptions,
): Promise<SSEStream> {
  if (typeof res?.writeHead !== "function" || typeof req?.socket !== "object") {
    throw new TypeError(
      "attach takes Node's request and response; for a web Request there is hub.response(request, options)",
    );
  }
  if (attached.has(res)) {
    const error = new TypeError("attach was called twice for one response; the first stream goes on");
    tellFailure(hubName, error, options?.channels ?? [], undefined);
    return endedStream("refused");
  }
  attached.add(res);
  needsNoRequests();
  const exchange = new NodeExchange(req, res, options);
  try {
    checkResponseOptions("attach", options, ATTACH_OPTIONS);
    requireFlag("handOver", options.handOver);
  } catch (error) {
    answerFailure(hubName, exchange, error, options);
    exchange.stop();
    throw error;
  }
  try {
    return await answerRequest(hubName, exchange, options);
  } finally {
    exchange.stop();
  }
}

/** A request of Node's HTTP server, answered by its response. */
class NodeExchange implements Exchange<SSEStream> {
  readonly request: RequestLike;
  readonly mayCompress = true;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #options: AttachOptions;
  readonly #peer: PeerSignal;
  #release = () => {};

  constructor(req: IncomingMessage, res: ServerResponse, options: AttachOptions) {
    this.#req = req;
    this.#res = res;
    this.#options = options;
    this.#peer = new PeerSignal(req, res);
    this.request = nodeRequest(req, this.#peer.signal);
  }

  get vary(): string | undefined {
    const vary = this.#res.getHeader("vary");
    return vary === undefined ? undefined : [vary].flat().join(", ");
  }

  async untilTurn(): Promise<boolean> {
    await this.#peer.untilTurn();
    return !this.#peer.signal.aborted;
  }

  claim(): () => void {
    this.#release = claimSocket(this.#res);
    return this.#release;
  }

  /** The head and the first bytes go through Node. */
  stream(stream: HubStream, headers: Headers): SSEStream {
    this.stop(); // NodeWriter takes listeners that it does not know for the application's
    const res = this.#res;
    if (isOver(res) || this.#req.socket.destroyed) {
      stream.leave();
      return stream;
    }
    const { direct = true, handOver } = this.#options;
    const writer = new NodeWriter(stream, this.#req, res, {
      isEnabled: direct,
      releaseSocket: handOver,
      onReleased: this.#release,
    });
    if (writer.willRelease && !headers.has("connection")) headers.set("Connection", "close");
    if (res.hasHeader("content-length")) res.removeHeader("content-length");
    // Node does not frame a body any more whose header was removed.
    if (res.hasHeader("transfer-encoding")) res.setHeader("Transfer-Encoding", "chunked");
    res.writeHead(200, nodeHeaders(headers));
    writer.begin();
    return stream;
  }

  answer({ status, headers, body, reason, onSent = () => {} }: PlainAnswer): SSEStream {
    const res = this.#res;
    if (isOver(res)) {
      onSent();
      return this.gone();
    }
    res.once("finish", onSent).once("close", onSent);
    res.writeHead(status, nodeHeaders(headers)).end(body ?? undefined);
    return endedStream(reason);
  }

  refuse({ status, headers, body, reason }: PlainAnswer): SSEStream {
    const res = this.#res;
    try {
      if (res.headersSent && !isOver(res)) res.destroy();
      else if (!isOver(res)) {
        res.writeHead(status, nodeHeaders(headers)).end(res.req?.method === "HEAD" ? undefined : body);
      }
    } catch {
      res.destroy(); // a header that was set before cannot be sent
    }
    return endedStream(reason);
  }

  gone(): SSEStream {
    return endedStream("disconnected");
  }

  /** Listens for the client's end no more. */
  stop(): void {
    this.#peer.stop();
  }
}
