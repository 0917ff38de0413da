import { readEventStream } from "../../server/hub-api.js";
import { asSourceError, errorOfAnswer, errorOfEvent } from "./upstream-errors.js";

/**
 * Where a model's answer comes from: the `Response` of a `fetch`, or the stream of the provider's own client (any async iterable of its events), or a promise
 * of one.
 */
export type Upstream = UpstreamAnswer | Promise<UpstreamAnswer>;
type UpstreamAnswer = Response | AsyncIterable<unknown>;

/** The data of the event that some providers end with: it is no JSON. */
export const DONE_DATA = "[DONE]";

/** The provider's events as they come, each parsed; the text `[DONE]` as it is. */
export class UpstreamEvents {
  readonly #given: Upstream;
  #cancel: () => void = () => {};
  #isCancelled = false;
  #hasBegun = false;

  constructor(given: Upstream) {
    this.#given = given;
    // A request that fails before anybody reads is told to whoever does.
    if (typeof Object(given).then === "function") Promise.resolve(given).catch(() => {});
  }

  /** Ends it at once, and the request behind it: a generator would only end with its next event. */
  cancel(): void {
    this.#isCancelled = true;
    this.#cancel();
    // Reading it ends it at once, where nobody has begun to.
    if (!this.#hasBegun) void this.read().next();
  }

  /** @throws SourceError for whatever fails. */
  async *read(): AsyncGenerator<unknown, void, undefined> {
    this.#hasBegun = true;
    try {
      const given = await this.#given;
      yield* isResponse(given) ? this.#readResponse(given) : this.#readIterable(given);
    } catch (error) {
      if (!this.#isCancelled) throw asSourceError(error);
    }
  }

  async *#readResponse(response: Response): AsyncGenerator<unknown, void, undefined> {
    const reader = response.body?.getReader();
    this.#cancel = () => void reader?.cancel().catch(() => {});
    if (this.#isCancelled) this.#cancel();
    try {
      if (!response.ok) throw await errorOfAnswer(response, reader);
      const type = response.headers.get("content-type") ?? "";
      if (/\bjson\b/.test(type)) throw new TypeError("The provider has answered as a whole: ask it with stream: true");
      if (/\bhtml\b/.test(type)) throw errorOfEvent({ message: "It has answered with a page" });
      yield* parsedData(readEventStream(reader ? chunksOf(reader) : null));
    } finally {
      this.#cancel(); // it may not be at its end
    }
  }

  async *#readIterable(given: AsyncIterable<unknown>): AsyncGenerator<unknown, void, undefined> {
    // A stream's own iterator would wait for what it was asked for last, perhaps for ever.
    const stream = typeof Object(given).getReader === "function" ? (given as unknown as ReadableStream<unknown>) : null;
    const reader = stream?.getReader();
    const iterator: Pick<AsyncIterator<unknown>, "next" | "return"> = reader
      ? { next: () => reader.read() as Promise<IteratorResult<unknown>> }
      : given[Symbol.asyncIterator]();
    const { controller } = given as { controller?: AbortController };
    this.#cancel = () => {
      // The providers' clients have a controller, which ends the request. What either throws is nobody's any more.
      for (const end of [() => controller?.abort?.(), () => reader?.cancel() ?? iterator.return?.()])
        new Promise((resolve) => resolve(end())).catch(() => {});
    };
    if (this.#isCancelled) this.#cancel();
    let isOver = false;
    try {
      while (!isOver) {
        const step = await iterator.next();
        isOver = step.done === true;
        if (step.done !== true) yield step.value;
      }
    } finally {
      if (!isOver) this.#cancel();
    }
  }
}

async function* parsedData(events: AsyncIterable<{ readonly data: string }>): AsyncGenerator<unknown> {
  for await (const { data } of events) yield data.trim() === DONE_DATA ? DONE_DATA : JSON.parse(data);
}

async function* chunksOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Of whichever `fetch`. */
function isResponse(given: UpstreamAnswer): given is Response {
  const { ok, status, headers } = Object(given) as Response;
  if (typeof ok === "boolean" && typeof status === "number" && typeof Object(headers).get === "function") return true;
  if (typeof (given as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === "function") return false;
  throw new TypeError(
    "A source needs the Response of a fetch, or the stream of the provider's client: ask it with stream: true",
  );
}
