import { addPolicies, type Hub } from "../../server/hub-api.js";
import type { AnswerContext, AnswerSource } from "./answer-source.js";
import { type AnswerLimits, KeptAnswer } from "./kept-answer.js";

/** How long an answer is kept that has ended. */
const KEPT_MS = 5 * 60_000;
/** Events of one answer. */
const MOST_EVENTS = 20_000;
/** Answers of one thread that are under way or kept. */
const MOST_ANSWERS = 10_000;

/**
 * Answers: each is read once from its source, kept, and read by whoever may, again and again; stopped by `stop`, or abandoned when nobody reads it. One timer
 * for all.
 */
export class AnswerLog {
  readonly #hub: Hub;
  readonly #answers = new Map<string, KeptAnswer>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(hub: Hub) {
    this.#hub = hub;
    addPolicies(hub, [
      {
        ...{ match: "answer:**", channelTtlMs: 2 * KEPT_MS },
        history: { events: MOST_EVENTS, ttlMs: 2 * KEPT_MS },
      },
    ]);
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

  /** Begins an answer. Undefined: there are too many. */
  begin(
    id: string,
    source: AnswerSource,
    about: Omit<AnswerContext, "signal">,
    limits: AnswerLimits,
  ): KeptAnswer | undefined {
    if (this.#answers.size >= MOST_ANSWERS) return undefined;
    const answer = new KeptAnswer(this.#hub, id, about, limits, Date.now());
    this.#answers.set(id, answer);
    answer.signal.addEventListener("abort", () => this.#forgetLater(answer), { once: true });
    void answer.run(source, { ...about, signal: answer.signal });
    this.#schedule();
    return answer;
  }

  /** Whether there was one that went on. */
  stop(id: string): boolean {
    const answer = this.#answers.get(id);
    if (answer === undefined || answer.end !== undefined) return false;
    answer.finish("stopped");
    return true;
  }

  #forgetLater(answer: KeptAnswer): void {
    const timer = setTimeout(() => {
      if (this.#answers.get(answer.id) === answer) this.#answers.delete(answer.id);
    }, KEPT_MS);
    timer.unref?.();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const going = [...this.#answers.values()].filter(({ end }) => end === undefined);
    if (going.length === 0) return;
    const now = Date.now();
    const next = Math.min(...going.map((answer) => answer.nextMs()), now + 1000);
    this.#timer = setTimeout(
      () => {
        const at = Date.now();
        for (const answer of going) answer.tick(at);
        this.#schedule();
      },
      Math.max(1, next - now),
    );
    this.#timer.unref?.();
  }
}

const ALL = Symbol.for("millrace.answers.1");
