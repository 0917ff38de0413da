import { randomBytes } from "node:crypto";
import { addPolicies, type Hub, hasStore, hasStored, lifeOf, reportHubError } from "../../../server/hub-api.js";
import type { AnswerFormat } from "./answer-format.js";
import { type AnswerRecord, AnswerRecords } from "./answer-records.js";
import type { FoundAnswer } from "./found-answer.js";
import { type AnswerLimits, type AnswerNames, KeptAnswer } from "./kept-answer.js";
import type { Chunks } from "./read-source.js";

/** Of one answer, as its channel keeps them: no character has more than six bytes of JSON, and few have more than three. */
const MOST_EVENTS = 20_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** Of one answer: three bytes each. */
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** Answers of one thread that are under way or kept, and their characters. */
const MOST_ANSWERS = 10_000;
const MOST_CHARACTERS_IN_ALL = 256 * 1024 * 1024;
/** In the hub's file: longer than any answer takes. */
const STORED_FOR_MS = 24 * 3_600_000;
const LONGEST_CHECK_MS = 10_000;
/** They are looked at so often at least. */
const LONGEST_PAUSE_MS = 1000;

/** A thread says so often within `producerTimeoutMs` that it lives: one that is late once or twice is not dead. */
const LIVES_IN_TIMEOUT = 4;

/** What kind of answers a log holds. */
export interface AnswerKind {
  /** How their channels begin. */
  readonly prefix: string;
  /** How long an answer is kept that has ended. */
  readonly keepForMs: number;
  /**
   * Other threads know of them, too; one whose thread says nothing for so long is dead. Left out: only the thread that reads the source knows of an answer.
   */
  readonly producerTimeoutMs?: number;
}

/**
 * Answers of one kind: each is read once from its source, kept, and read by whoever may, again and again; stopped by `stop`, or abandoned when nobody reads it. One
 * timer for all.
 */
export class AnswerLog {
  readonly #hub: Hub;
  #kind: AnswerKind;
  #records: AnswerRecords | undefined;
  readonly #answers = new Map<string, KeptAnswer>();
  /** Those that go on. */
  readonly #going = new Set<KeptAnswer>();
  readonly #recordedAt = new WeakMap<KeptAnswer, number>();
  /** Those that have ended, by the one that takes their place once it begins. */
  readonly #replaced = new WeakMap<KeptAnswer, KeptAnswer>();
  /** Of those that have ended. */
  readonly #forgetting = new Map<KeptAnswer, ReturnType<typeof setTimeout>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  private constructor(hub: Hub, kind: AnswerKind) {
    this.#hub = hub;
    this.#kind = kind;
    this.#rule();
  }

  /** The rules of the answers' channels. */
  #rule(): void {
    const { prefix, keepForMs, producerTimeoutMs = 0 } = this.#kind;
    const ttlMs = hasStore(this.#hub) ? Math.max(STORED_FOR_MS, 2 * keepForMs) : Number.POSITIVE_INFINITY;
    const history = { events: MOST_EVENTS, bytes: MOST_BYTES, ttlMs };
    addPolicies(this.#hub, [{ match: `${prefix}:**`, channelTtlMs: 1, history }]);
    if (producerTimeoutMs === 0) return;
    this.#records = new AnswerRecords(this.#hub, prefix, Math.max(keepForMs, 2 * producerTimeoutMs));
  }

  /** Of a hub: one a prefix for all copies of this module in a thread. What is said of the kind last counts. */
  static of(hub: Hub, kind: AnswerKind): AnswerLog {
    const all = globalThis as { [ALL]?: Map<string, AnswerLog> };
    all[ALL] ??= new Map();
    const name = `${kind.prefix} ${hub.name}`;
    let log = all[ALL].get(name);
    if (log === undefined) {
      log = new AnswerLog(hub, kind);
      all[ALL].set(name, log);
    } else log.become(kind);
    return log;
  }

  /** What is said of the kind now counts. It may be another copy of this class that says it. */
  become(kind: AnswerKind): void {
    const { keepForMs, producerTimeoutMs } = this.#kind;
    if (keepForMs === kind.keepForMs && producerTimeoutMs === kind.producerTimeoutMs) return;
    this.#kind = kind;
    this.#rule();
  }

  /** Of this thread. */
  get(id: string): KeptAnswer | undefined {
    return this.#answers.get(id);
  }

  /** Of whichever thread. `end`: as what it has ended; undefined of one that goes on. */
  async find(id: string): Promise<FoundAnswer | undefined> {
    const own = this.#answers.get(id);
    if (own !== undefined) {
      const { isIntact } = own;
      if (!isIntact) own.finish("too_large"); // nobody could read it from its beginning
      return { ...own.names, end: own.end, endedAt: own.endedAt, isIntact };
    }
    const record = await this.#records?.read(id);
    if (record === undefined) return undefined;
    const { channel, userId, traceId, aliveAt, end = this.#isDead(record) ? "failed" : undefined } = record;
    const isAlive = async () => {
      const now = await this.#records?.read(id);
      return now?.channel === channel && (now.end !== undefined || !this.#isDead(now));
    };
    const isStored = hasStored(this.#hub, channel);
    const isUnfinished = isStored && record.end === undefined && end !== undefined;
    const about = { channel, userId, traceId, end, endedAt: end && aliveAt };
    return { ...about, isIntact: true, isAlive, isStored, isUnfinished };
  }

  /**
   * An answer whose thread has died is ended by whoever reads it, for all: now, or when it is found to be dead. What it gives ends the looking.
   */
  watch(id: string, found: FoundAnswer, format: AnswerFormat): () => void {
    const { isAlive, end, isUnfinished } = found;
    if (isAlive === undefined || (end !== undefined && !isUnfinished)) return () => {};
    const check = async () => {
      if (await isAlive()) return;
      clearInterval(timer);
      await this.#endDead(id, found.channel, format);
    };
    const timer = setInterval(check, Math.min((this.#kind.producerTimeoutMs ?? 0) / 3, LONGEST_CHECK_MS));
    timer.unref?.();
    if (isUnfinished) void check();
    return () => clearInterval(timer);
  }

  async #endDead(id: string, channel: string, format: AnswerFormat): Promise<void> {
    try {
      const record = await this.#records?.read(id);
      if (record?.channel !== channel || record.end !== undefined) return; // somebody else has told its end
      this.#records?.write(id, { ...record, end: "failed", aliveAt: Date.now() });
      for (const event of format.endOf("failed", { now: Date.now(), elapsedMs: 0 })) {
        this.#hub.publish(channel, event as typeof event & { readonly event: string });
      }
    } catch (error) {
      reportHubError(this.#hub, error, [channel]);
    }
  }

  #isDead({ aliveAt, life }: AnswerRecord): boolean {
    return life !== lifeOf(this.#hub) || Date.now() - aliveAt > (this.#kind.producerTimeoutMs ?? 0);
  }

  /**
   * Makes an answer that is yet to begin, in place of one of this id. Undefined: too many are under way.
   *
   * @throws SSEError `DRAINING`, `SERVER_FULL`: the hub takes no channel.
   */
  make<Piece>(
    about: Omit<AnswerNames, "channel">,
    format: AnswerFormat<Piece>,
    limits: Omit<AnswerLimits, "mostEvents" | "mostCharacters">,
  ): KeptAnswer<Piece> | undefined {
    if (!this.#makeRoom()) return undefined;
    const channel = `${this.#kind.prefix}:${about.id}:${randomBytes(8).toString("hex")}`;
    const most = { mostEvents: MOST_EVENTS - 10, mostCharacters: MOST_CHARACTERS };
    const answer = new KeptAnswer(this.#hub, { ...about, channel }, format, { ...limits, ...most });
    const before = this.#answers.get(about.id);
    this.#answers.set(about.id, answer as KeptAnswer);
    if (before?.end !== undefined) this.#replaced.set(answer as KeptAnswer, before);
    answer.onEnded = () => this.#keepForAWhile(answer as KeptAnswer);
    return answer;
  }

  /** Begins it; nothing where it has begun. Resolves when its source was read to the end, and never rejects. */
  async begin(
    answer: KeptAnswer,
    source: (signal: AbortSignal) => Chunks<unknown> | Promise<Chunks<unknown>>,
  ): Promise<void> {
    if (answer.hasBegun || answer.end !== undefined) return;
    const replaced = this.#replaced.get(answer);
    if (replaced !== undefined) this.#forget(replaced);
    this.#replaced.delete(answer);
    this.#going.add(answer);
    this.#record(answer);
    const running = answer.run(source, Date.now());
    this.#schedule(answer.nextMs());
    await running;
  }

  /** One that was never begun goes; one that it has taken the place of is there again. */
  drop(answer: KeptAnswer, before?: KeptAnswer): void {
    if (answer.hasBegun) return;
    const isThere = this.#answers.get(answer.names.id) === answer;
    this.#forget(answer);
    if (isThere && before !== undefined) this.#answers.set(before.names.id, before);
  }

  /** Whether there was one that went on. */
  stop(id: string): boolean {
    const answer = this.#answers.get(id);
    if (answer === undefined || answer.end !== undefined) return false;
    answer.finish("stopped");
    return true;
  }

  /** The ids of those that go on. */
  going(): string[] {
    return [...this.#going].map(({ names }) => names.id);
  }

  #characters(): number {
    let all = 0;
    for (const { characters } of this.#answers.values()) all += characters;
    return all;
  }

  #keepForAWhile(answer: KeptAnswer): void {
    this.#going.delete(answer);
    this.#record(answer);
    if (this.#answers.get(answer.names.id) !== answer) {
      answer.release(); // another has its name: only who reads it now does
      return;
    }
    const timer = setTimeout(() => this.#forget(answer), this.#kind.keepForMs);
    timer.unref?.();
    this.#forgetting.set(answer, timer);
  }

  /** Has other threads know of it; nothing where a newer one has taken its name. */
  #record(answer: KeptAnswer): void {
    const { id, channel, userId, traceId } = answer.names;
    if (this.#records === undefined || this.#answers.get(id) !== answer) return;
    const aliveAt = Date.now();
    this.#recordedAt.set(answer, aliveAt);
    const about = { ...(userId !== undefined && { userId }), ...(answer.end !== undefined && { end: answer.end }) };
    this.#records.write(id, { channel, traceId, aliveAt, life: lifeOf(this.#hub), ...about });
  }

  #forget(answer: KeptAnswer): void {
    answer.release();
    clearTimeout(this.#forgetting.get(answer));
    this.#forgetting.delete(answer);
    if (this.#answers.get(answer.names.id) === answer) this.#answers.delete(answer.names.id);
  }

  /** Forgets the oldest of those that have ended, as many as it takes. False: those that go on leave no room. */
  #makeRoom(): boolean {
    let characters = this.#characters();
    const isFull = () => this.#answers.size >= MOST_ANSWERS || characters >= MOST_CHARACTERS_IN_ALL;
    for (const answer of isFull() ? [...this.#answers.values()] : []) {
      if (!isFull()) break;
      if (answer.end === undefined) continue;
      characters -= answer.characters;
      this.#forget(answer);
    }
    return !isFull();
  }

  #schedule(atMs: number): void {
    const now = Date.now();
    const { producerTimeoutMs = Number.POSITIVE_INFINITY } = this.#kind;
    const dueAt = Math.min(atMs, now + LONGEST_PAUSE_MS, now + producerTimeoutMs / LIVES_IN_TIMEOUT);
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
      const recordedAt = this.#recordedAt.get(answer) ?? now;
      if (answer.end === undefined && now - recordedAt >= (this.#kind.producerTimeoutMs ?? 0) / LIVES_IN_TIMEOUT)
        this.#record(answer);
      if (answer.end === undefined) next = Math.min(next, answer.nextMs());
    }
    if (this.#going.size > 0) this.#schedule(next);
  }
}

const ALL = Symbol.for("millrace.answers.2");
