import { readFileSync } from "node:fs";
import type { ClientCore, PollResult, SessionAction, SessionCore, SessionOptions } from "../../js/src/core/contract.js";

const VECTOR = new URL("../vectors/session-schedules.json", import.meta.url);
const NONE: SessionAction = { kind: "none" };
const ACTIONS = ["none", "connect", "wait", "close", "giveUp", "poll"];
const STATES = ["disconnected", "connecting", "connected", "reconnecting", "error"];
const HEALTHS = ["healthy", "degraded", "critical", "disconnected"];
const RESULTS: readonly PollResult[] = ["events", "nothing", "failed", "more"];

/** The same numbers as in tests/core/session/session_schedules_test.cpp, which says what the schedules are for. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  unit(): number {
    return (this.next() >>> 8) / 16777216;
  }
}

function drawOptions(random: Random): SessionOptions {
  const attempts = random.below(3) === 0 ? 1 + random.below(10) : Infinity;
  const [baseMs, maxMs] = [random.below(2000), 1 + random.below(60000)];
  const [serverMinMs, serverMaxMs] = [random.below(1000), random.below(20000)];
  const [failures, coolDownMs] = [random.below(6), random.below(60000)];
  const silenceMs = random.below(4) === 0 ? 0 : 1000 + random.below(60000);
  const pollEveryMs = random.below(2) === 0 ? 0 : 500 + random.below(10000);
  const pausesWhenHidden = random.below(3) === 0;
  const pollAfter = 1 + random.below(5);
  return {
    attempts,
    baseMs,
    maxMs,
    serverMinMs,
    serverMaxMs,
    failures,
    coolDownMs,
    silenceMs,
    pollEveryMs,
    pollAfter,
    pausesWhenHidden,
  };
}

function put(session: SessionCore, input: number, nowMs: number, random: Random): SessionAction {
  const chance = random.unit();
  const number = random.below(30000);
  switch (input) {
    case 0:
      return session.start(nowMs);
    case 1:
      return number < 3000 ? session.close() : NONE;
    case 2:
    case 3:
      return session.connected(nowMs, {
        ...(number < 10000 && { silenceMs: number }),
        heartbeatMs: Math.floor(number / 3),
      });
    case 4:
    case 5:
    case 6:
      return session.received(nowMs, number % 4, Math.floor(number / 4) % 3);
    case 7:
      session.stamped(nowMs, nowMs - Math.floor(number / 4));
      return NONE;
    case 8:
      session.retry(Math.floor(number / 10));
      return NONE;
    case 9:
    case 10:
      return session.lost(
        number < 600 ? "final" : number < 6000 ? "planned" : "transient",
        nowMs,
        chance,
        number % 3 === 0 ? number : 0,
      );
    case 11:
    case 12:
      return session.polled(RESULTS[number % 4] ?? "failed", nowMs, chance);
    case 13:
      return session.online(nowMs, chance);
    case 14:
      session.offline();
      return NONE;
    case 15:
      return session.visible(nowMs, chance);
    case 16:
      return session.hidden();
    case 17:
      return number < 10000 ? session.restored(nowMs) : NONE;
    default:
      return session.tick(nowMs, chance);
  }
}

/** What an implementation makes of all schedules, in one number. */
function digestOf(core: Pick<ClientCore, "createSession">, seed: number, schedules: number): number {
  const random = new Random(seed);
  let digest = 2166136261;
  const add = (number: number) => {
    digest = Math.imul(digest ^ (Number.isFinite(number) ? number : -1), 16777619) >>> 0;
  };
  for (let schedule = 0; schedule < schedules; schedule++) {
    const session = core.createSession(drawOptions(random));
    let nowMs = 0;
    const note = (action: SessionAction) => {
      add(ACTIONS.indexOf(action.kind));
      add(action.kind === "wait" ? action.delayMs : 0);
      add(STATES.indexOf(session.state));
      add(HEALTHS.indexOf(session.health(nowMs)));
      add(session.attempts);
      add(session.isPolling ? 1 : 0);
      add(session.deadlineMs(nowMs));
      add(session.latencyMs ?? Infinity);
    };
    note(session.start(nowMs));
    for (let step = 0; step < 60; step++) {
      const way = random.below(4);
      const someMs = random.below(20000);
      const deadlineMs = session.deadlineMs(nowMs);
      if (way === 0) nowMs += someMs;
      else if (way === 1) nowMs += 10 * someMs;
      else if (deadlineMs !== Infinity) nowMs = Math.max(nowMs, deadlineMs);
      note(put(session, random.below(20), nowMs, random));
    }
    note(session.close());
  }
  return digest;
}

/** Registers the test that an implementation does in 10,000 random schedules what the C++ one does. */
export function runSessionSchedules(name: string, core: Pick<ClientCore, "createSession">): void {
  const [vector] = JSON.parse(readFileSync(VECTOR, "utf8")).cases;
  test(`${name}: ${vector.name} come to the same as everywhere`, () => {
    expect(digestOf(core, vector.seed, vector.schedules)).toBe(vector.digest);
  });
}
