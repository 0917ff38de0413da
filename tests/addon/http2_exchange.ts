import { once } from "node:events";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { RequestLike } from "../../js/src/server/access/request-like.js";
import type { Exchange, PlainAnswer } from "../../js/src/server/http/exchange.js";
import type { CloseReason } from "../../js/src/server/observe/close-reason.js";
import type { HubStream } from "../../js/src/server/stream/hub-stream.js";

/** A request of Node's core HTTP/2 API, answered by its stream. Gives why there is no event stream, once that is known. */
export class Http2Exchange implements Exchange<CloseReason> {
  readonly request: RequestLike;
  readonly vary = undefined;
  readonly mayCompress = true;
  readonly #stream: ServerHttp2Stream;
  readonly #gone = new AbortController();

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.request = {
      url: headers[":path"] ?? "/",
      method: headers[":method"] ?? "GET",
      headers: { get: (name) => [headers[name] ?? []].flat().join(", ") || null },
      signal: this.#gone.signal,
    };
    stream.on("close", () => this.#gone.abort());
    stream.on("error", () => {}); // its close tells of it
  }

  async untilTurn(): Promise<boolean> {
    return !this.#gone.signal.aborted; // no request waits behind another
  }

  claim(): () => void {
    return () => {};
  }

  async stream(events: HubStream, headers: Headers): Promise<CloseReason> {
    const stream = this.#stream;
    this.#respond(200, headers);
    const reader = events.stream.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      if (!stream.write(step.value)) await this.#drained();
    }
    if (events.stage === "cut") stream.close(INTERNAL_ERROR);
    else stream.end();
    return events.closed;
  }

  async answer({ status, headers, body, reason, onSent = () => {} }: PlainAnswer): Promise<CloseReason> {
    if (this.#stream.closed) onSent();
    else this.#stream.once("close", onSent);
    this.#respond(status, headers);
    this.#stream.end(body ?? "");
    return reason;
  }

  refuse(answer: PlainAnswer): Promise<CloseReason> {
    return this.answer(answer).catch(() => {
      this.#stream.close(INTERNAL_ERROR);
      return answer.reason;
    });
  }

  async gone(): Promise<CloseReason> {
    return "disconnected";
  }

  #respond(status: number, headers: Headers): void {
    if (!this.#stream.destroyed) this.#stream.respond({ ":status": status, ...Object.fromEntries(headers) });
  }

  async #drained(): Promise<void> {
    await once(this.#stream, "drain", { signal: this.#gone.signal }).catch(() => {});
  }
}

const INTERNAL_ERROR = 2;
