import { randomBytes } from "node:crypto";
import { addPolicies, type Hub } from "../../server/hub-api.js";
import type { AnswerContext, AnswerSource } from "./answer-source.js";
import { type AnswerLimits, KeptAnswer } from "./kept-answer.js";

/** How long an answer is kept that has ended. */
const KEPT_MS = 5 * 60_000;
/** Of one answer, as its channel keeps them: no character has more than six bytes of JSON, and few have more than three. */
const MOST_EVENTS = 20_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** Answers of one thread that are under way or kept. */
const MOST_ANSWERS = 10_000;
/** They are looked at so often at least. */
const LONGEST_PAUSE_MS = 1000;

/**
 * Answers: each is read once from its source, kept, and read by whoever may, again and again; stopped by `stop`, or abandoned when nobody reads it. One timer
 * for all.
 */
export class AnswerLog {
  readonly #hub: Hub;
  readonly #answers = new Map<string, KeptAnswer>();
  /** Those that go on. */
  readonly #going = new Set<KeptAnswer>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  private constructor(hub: Hub) {
    this.#hub = hub;
    const history = { events: MOST_EVENTS, bytes: MOST_BYTES, ttlMs: Number.POSITIVE_INFINITY };
    addPolicies(hub, [{ match: "answer:**", channelTtlMs: KEPT_MS, history }]);
  }

  /** Of a hub: one for all copies of this module in a thread. */
  static of(hub: Hub): AnswerLog {
    const all = globalThis as { [ALL]?: Map<string, AnswerLog> };
    all[ALL] ??= new Map();
    let log = all[ALL].get(hub.name);
    if (log === undefined) {
      log = new AnswerLog(hub);
      all[ALL].set(hub.name, log);
    }
    return log;
  }

  get(id: string): KeptAnswer | undefined {
    return this.#answers.get(id);
  }

  /** Makes an answer that is yet to begin. Undefined: too many are under way. */
  make(
    id: string,
    about: { readonly userId: string | undefined; readonly traceId: string },
    limits: Omit<AnswerLimits, "mostEvents">,
  ): KeptAnswer | undefined {
    if (this.#answers.size >= MOST_ANSWERS) this.#forgetOldest();
    if (this.#answers.size >= MOST_ANSWERS) return undefined;
    const channel = `answer:${id}:${randomBytes(8).toString("hex")}`;
    const answer = new KeptAnswer(this.#hub, { id, channel, ...about }, { ...limits, mostEvents: MOST_EVENTS - 10 });
    this.#answers.set(id, answer);
    answer.onEnded = () => this.#keepForAWhile(answer);
    return answer;
  }

  /** Begins it; nothing where it has begun. */
  begin(answer: KeptAnswer, source: AnswerSource, about: Omit<AnswerContext, "signal">): void {
    if (answer.hasBegun || answer.end !== undefined) return;
    this.#going.add(answer);
    void answer.run(source, { ...about, signal: answer.signal }, Date.now());
    this.#schedule(answer.nextMs());
  }

  /** One that was never begun goes. */
  drop(answer: KeptAnswer): void {
    if (!answer.hasBegun && this.#answers.get(answer.id) === answer) this.#answers.delete(answer.id);
  }

  /** Whether there was one that went on. */
  stop(id: string): boolean {
    const answer = this.#answers.get(id);
    if (answer === undefined || answer.end !== undefined) return false;
    answer.finish("stopped");
    return true;
  }

  #keepForAWhile(answer: KeptAnswer): void {
    this.#going.delete(answer);
    const timer = setTimeout(() => {
      if (this.#answers.get(answer.id) === answer) this.#answers.delete(answer.id);
    }, KEPT_MS);
    timer.unref?.();
  }

  /** Of those that have ended, to make room. */
  #forgetOldest(): void {
    for (const [id, { end }] of this.#answers) {
      if (end === undefined) continue;
      this.#answers.delete(id);
      return;
    }
  }

  #schedule(atMs: number): void {
    const now = Date.now();
    const dueAt = Math.min(atMs, now + LONGEST_PAUSE_MS);
    if (dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, dueAt - now));
    this.#timer.unref?.();
  }

  #tick(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const now = Date.now();
    let next = Number.POSITIVE_INFINITY;
    for (const answer of this.#going) {
      answer.tick(now);
      if (answer.end === undefined) next = Math.min(next, answer.nextMs());
    }
    if (this.#going.size > 0) this.#schedule(next);
  }
}

const ALL = Symbol.for("millrace.answers.1");
