import { type Hub, type ResponseOptions, readChannel } from "../../server/hub-api.js";
import { ANSWER_ID_HEADER } from "../../shared/chat-headers.js";
import { SSEError } from "../../shared/errors.js";
import type { AnswerEnd, AnswerFormat } from "../answer/log/answer-format.js";
import type { AnswerLog } from "../answer/log/answer-log.js";
import type { FoundAnswer } from "../answer/log/found-answer.js";
import type { KeptAnswer } from "../answer/log/kept-answer.js";
import { queryOf } from "../http/query-of.js";
import type { ChatLimits } from "./chat-limits.js";
import type { ChatProtocol, Run } from "./chat-protocol.js";
import type { Reading } from "./reading.js";

/** For pages of other origins, which CORS lets in. */
const EXPOSED = { "Access-Control-Expose-Headers": `${ANSWER_ID_HEADER}, X-Last-Event-ID` };

/** The answers of chats: one that goes on in each. */
export class ChatAnswers {
  readonly #hub: Hub;
  readonly #log: AnswerLog;
  readonly #options: ChatLimits;
  readonly #protocol: ChatProtocol;

  constructor(hub: Hub, log: AnswerLog, options: ChatLimits, protocol: ChatProtocol) {
    this.#hub = hub;
    this.#log = log;
    this.#options = options;
    this.#protocol = protocol;
  }

  /**
   * An answer that is yet to begin, in place of the one that goes on.
   *
   * @throws SSEError `SERVER_FULL`, `DRAINING`
   */
  make(
    key: string,
    { answerId, userId }: { readonly answerId: string; readonly userId: string | undefined },
    format: AnswerFormat,
    ended: (end: AnswerEnd) => void,
  ): KeptAnswer {
    const { maxAnswerMs, abandonAfterMs, flushMs } = this.#options;
    const limits = { maxMs: maxAnswerMs, abandonAfterMs, chunkDelayMs: flushMs, heartbeatMs: Infinity };
    const made = this.#log.make({ id: key, userId, traceId: answerId }, format, limits) as KeptAnswer | undefined;
    if (made === undefined) throw new SSEError("SERVER_FULL", "There are too many answers under way");
    const { onEnded } = made;
    made.onEnded = (end) => {
      onEnded(end);
      ended(end);
    };
    return made;
  }

  /** Of this thread. */
  get(key: string): KeptAnswer | undefined {
    return this.#log.get(key);
  }

  /** Streams the answer to the client that has asked for it, and begins it; the one that goes on is stopped then. */
  async begun(
    answer: KeptAnswer,
    before: KeptAnswer | undefined,
    run: Run,
    reading: Reading,
  ): Promise<Response | undefined> {
    const options = this.#optionsOf({ ...answer.names, end: undefined, isIntact: true }, answer, reading);
    let isOpen = false;
    const opening = reading.outlet(options);
    answer.opening = opening.catch(() => {});
    try {
      const sent = await opening;
      isOpen = sent.isOpen;
      return sent.response;
    } finally {
      if (isOpen) before?.finish("stopped");
      if (isOpen) void this.#log.begin(answer, run);
      else this.#log.drop(answer, before);
    }
  }

  /** The answer that goes on, or has ended lately; 204 where there is none. */
  async resumed(key: string, reading: Reading): Promise<Response | undefined> {
    const { request, outlet } = reading;
    await this.#log.get(key)?.opening; // it may be about to begin
    const found = await this.#log.find(key);
    const asked = queryOf(request).get("answerId");
    const own = this.#log.get(key);
    const isThere = found?.isIntact === true && own?.hasBegun !== false && (asked ?? found.traceId) === found.traceId;
    if (!isThere || !this.#isDue(found, asked !== null, own?.cutReaders ?? 0)) {
      return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
    }
    readChannel(this.#hub, found.channel, "now").close(); // a hub that drains throws: no EventSource is here, which it would bring back
    const isHead = request.method === "HEAD";
    if (own !== undefined && !isHead) own.cutReaders = Math.max(0, own.cutReaders - 1);
    const unwatch = this.#log.watch(key, found, this.#protocol.formatOf(found.traceId));
    const options = this.#optionsOf(found, own, reading, unwatch);
    const { isOpen, response } = await outlet(options);
    if (!isOpen) unwatch();
    return response;
  }

  /** Whether an answer goes on, or has the given id: of whichever thread. */
  async has(key: string, answerId?: string): Promise<boolean> {
    const found = await this.#log.find(key);
    if (found === undefined || !found.isIntact) return false;
    return answerId === undefined ? found.end === undefined : found.traceId === answerId;
  }

  /** Of a chat, whosever they are: those that go on. */
  keysOf(encodedChatId: string): string[] {
    return this.#log.going().filter((key) => key.slice(key.indexOf(":") + 1) === encodedChatId);
  }

  /** Whether there was one, of this id if one is given. */
  stop(key: string, answerId?: string): boolean {
    const answer = this.#log.get(key);
    return answer !== undefined && (answerId ?? answer.names.traceId) === answer.names.traceId && this.#log.stop(key);
  }

  /** Whether a client is given it that asks: it goes on, or the client may have missed its end. */
  #isDue(found: FoundAnswer, isNamed: boolean, cutReaders: number): boolean {
    const { end, endedAt = 0, isAlive, isStored, isUnfinished } = found;
    if (isUnfinished) return true; // its clients are told that it failed
    if (end !== undefined && isAlive !== undefined && !isStored) return false; // another thread's may be gone already
    return end === undefined || isNamed || cutReaders > 0 || Date.now() - endedAt < this.#options.replayForMs;
  }

  /** @param own - where this thread reads its source. */
  #optionsOf(
    found: FoundAnswer,
    own: KeptAnswer | undefined,
    { request, headers = {}, also = [] }: Reading,
    closed = () => {},
  ): ResponseOptions {
    const { channel, traceId, userId } = found;
    own?.touch();
    return {
      ...{
        channels: [channel, ...also],
        from: (name) => (name === channel ? "earliest" : "now"),
        closeAfter: { events: this.#protocol.ends, channels: [channel] },
      },
      authorize: () => (userId === undefined ? true : { userId }), // it was asked
      notices: this.#protocol.hasNotices(request),
      headers: { ...headers, ...this.#protocol.headers, ...EXPOSED, [ANSWER_ID_HEADER]: traceId },
      onClose: (reason) => {
        closed();
        if (own !== undefined && reason !== "completed" && request.method !== "HEAD") own.cutReaders++;
      },
    };
  }
}
