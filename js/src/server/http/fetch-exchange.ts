import type { RequestLike } from "../access/request-like.js";
import { endedStream } from "../stream/ended-stream.js";
import type { HubStream } from "../stream/hub-stream.js";
import { checkResponseOptions, RESPONSE_OPTIONS, type ResponseOptions } from "../stream/response-options.js";
import { NodeReadableStream } from "../stream/web-streams.js";
import { answerRequest } from "./answer-request.js";
import type { Exchange, PlainAnswer } from "./exchange.js";
import { sseResponse } from "./sse-response.js";
import { UnderlyingResponse } from "./underlying-response.js";

/**
 * Answers a web `Request` for a route handler.
 *
 * @throws TypeError for options of a wrong type.
 */
export async function answerFetch(hubName: string, request: RequestLike, options: ResponseOptions): Promise<Response> {
  if (typeof request?.headers?.get !== "function") {
    throw new TypeError("response takes a web Request; for a request of Node's there is hub.attach(req, res, options)");
  }
  checkResponseOptions("response", options, RESPONSE_OPTIONS);
  return answerRequest(hubName, new FetchExchange(request, options.direct !== false), options);
}

/** A web `Request`, answered by the `Response` that its handler returns. */
class FetchExchange implements Exchange<Response> {
  readonly request: RequestLike;
  readonly vary = undefined;
  readonly #isDirect: boolean;
  readonly #node = new UnderlyingResponse();

  constructor(request: RequestLike, isDirect: boolean) {
    this.request = request;
    this.#isDirect = isDirect;
  }

  get mayCompress(): boolean {
    return this.#node.mayCompress;
  }

  untilTurn(): Promise<boolean> {
    return this.#node.untilTurn();
  }

  claim(): () => void {
    return this.#node.claim();
  }

  stream(stream: HubStream, headers: Headers): Response {
    this.#node.carry(stream, this.#isDirect);
    return new Response(stream.stream, { headers });
  }

  answer({ status, headers, body, onSent = () => {} }: PlainAnswer): Response {
    if (body === null) {
      onSent();
      return new Response(null, { status, headers });
    }
    const isNoticed = this.#node.onSent(onSent);
    const bytes = new TextEncoder().encode(body);
    const source: UnderlyingDefaultSource<Uint8Array> = {
      pull(controller) {
        controller.enqueue(bytes);
        controller.close();
        if (!isNoticed) onSent();
      },
      cancel: onSent,
    };
    return new Response(new NodeReadableStream(source, { highWaterMark: 0 }), { status, headers });
  }

  refuse({ status, headers, body }: PlainAnswer): Response {
    return new Response(body, { status, headers });
  }

  gone(): Response {
    return sseResponse(endedStream("disconnected"));
  }
}
