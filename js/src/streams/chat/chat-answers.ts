import { type Hub, type RequestLike, type ResponseOptions, reportHubError } from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import type { AnswerEnd } from "../answer/log/answer-format.js";
import type { AnswerLog, FoundAnswer } from "../answer/log/answer-log.js";
import type { KeptAnswer } from "../answer/log/kept-answer.js";
import type { ChatParts, CheckedChatOptions } from "./options.js";
import { DONE_EVENT, PartEvents } from "./part-events.js";

/** The AI SDK's; it says which protocol this is. */
const PROTOCOL = { "x-vercel-ai-ui-message-stream": "v1" };
/** With it a client takes Millrace's notices, and says where it was. */
const NOTICES_HEADER = "x-stream-notices";
const LONGEST_CHECK_MS = 10_000;

/** Where an answer is streamed to: a web response, or Node's. */
export type Outlet = (options: ResponseOptions) => Promise<{
  /** The client was let in, and its stream is open. */
  readonly isOpen: boolean;
  /** What a route handler is to give; undefined where Node's response has it already. */
  readonly response?: Response;
}>;

/** Who reads an answer, and how. */
export interface Reading {
  readonly request: RequestLike;
  readonly outlet: Outlet;
  readonly headers?: Record<string, string> | undefined;
}

/** The answers of chats: one that goes on in each. */
export class ChatAnswers {
  readonly #hub: Hub;
  readonly #log: AnswerLog;
  readonly #options: CheckedChatOptions;

  constructor(hub: Hub, log: AnswerLog, options: CheckedChatOptions) {
    this.#hub = hub;
    this.#log = log;
    this.#options = options;
  }

  /**
   * An answer that is yet to begin, in place of the one that goes on: that is stopped.
   *
   * @throws SSEError `SERVER_FULL`: nothing is stopped then.
   */
  make(
    key: string,
    { answerId, userId }: { readonly answerId: string; readonly userId: string | undefined },
    format: PartEvents,
    ended: (end: AnswerEnd) => void,
  ): KeptAnswer {
    const { maxAnswerMs, abandonAfterMs, flushMs } = this.#options;
    const before = this.#log.get(key);
    const limits = { maxMs: maxAnswerMs, abandonAfterMs, chunkDelayMs: flushMs, heartbeatMs: Infinity };
    const made = this.#log.make({ id: key, userId, traceId: answerId }, format, limits) as KeptAnswer | undefined;
    if (made === undefined) throw new SSEError("SERVER_FULL", "There are too many answers under way");
    before?.finish("stopped");
    const { onEnded } = made;
    made.onEnded = (end) => {
      onEnded(end);
      ended(end);
    };
    return made;
  }

  /** Streams the answer to the client that has asked for it, and begins it. */
  async begun(
    answer: KeptAnswer,
    run: (signal: AbortSignal) => ChatParts | Promise<ChatParts>,
    { request, outlet, headers }: Reading,
  ): Promise<Response | undefined> {
    const options = this.#optionsOf({ ...answer.names, end: undefined }, answer, request, headers);
    const { isOpen, response } = await outlet(options);
    if (isOpen) void this.#log.begin(answer, run);
    else this.#log.drop(answer);
    return response;
  }

  /** The answer that goes on, or has ended lately; 204 where there is none. */
  async resumed(key: string, { request, outlet, headers }: Reading): Promise<Response | undefined> {
    const found = await this.#log.find(key);
    const asked = new URL(request.url, "http://localhost").searchParams.get("answerId");
    const own = this.#log.get(key);
    const isThere = found !== undefined && own?.hasBegun !== false && (asked ?? found.traceId) === found.traceId;
    if (!isThere || !this.#isDue(found, asked !== null, own?.cutReaders ?? 0)) {
      return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
    }
    if (own !== undefined) own.cutReaders = Math.max(0, own.cutReaders - 1);
    return (await outlet(this.#optionsOf(found, own, request, headers))).response;
  }

  /** Whether there was one, of this id if one is given. */
  stop(key: string, answerId?: string): boolean {
    const answer = this.#log.get(key);
    return answer !== undefined && (answerId ?? answer.names.traceId) === answer.names.traceId && this.#log.stop(key);
  }

  /** Whether a client is given it that asks: it goes on, or the client may have missed its end. */
  #isDue({ end, endedAt = 0 }: FoundAnswer, isNamed: boolean, cutReaders: number): boolean {
    return end === undefined || isNamed || cutReaders > 0 || Date.now() - endedAt < this.#options.replayForMs;
  }

  /** @param own - where this thread reads its source. */
  #optionsOf(
    found: FoundAnswer,
    own: KeptAnswer | undefined,
    request: RequestLike,
    headers: Record<string, string> = {},
  ): ResponseOptions {
    const { channel, traceId, userId } = found;
    own?.touch();
    const unwatch = this.#watch(found);
    return {
      ...{ channels: [channel], from: "earliest", closeAfter: DONE_EVENT },
      authorize: () => (userId === undefined ? true : { userId }), // it was asked
      notices: request.headers.get(NOTICES_HEADER) === "true",
      headers: { ...headers, ...PROTOCOL, "X-Answer-ID": traceId },
      onClose: (reason) => {
        unwatch();
        if (own !== undefined && reason !== "completed") own.cutReaders++;
      },
    };
  }

  /** The answer of a thread that has died is ended by whoever reads it, for all. */
  #watch({ channel, end, isAlive }: FoundAnswer): () => void {
    if (isAlive === undefined || end !== undefined) return () => {};
    const check = async () => {
      if (await isAlive()) return;
      clearInterval(timer);
      try {
        for (const event of new PartEvents("").endOf("failed")) {
          this.#hub.publish(channel, event as typeof event & { readonly event: string });
        }
      } catch (error) {
        reportHubError(this.#hub, error, [channel]);
      }
    };
    const timer = setInterval(check, Math.min(this.#options.producerTimeoutMs / 3, LONGEST_CHECK_MS));
    timer.unref?.();
    return () => clearInterval(timer);
  }
}
