// One workload, all sides, round by round: runs in a page as in Node.
import { Counter } from "./counter.mjs";
import { loadSides } from "./sides.mjs";
import { streamsOf, workloads } from "./workloads.mjs";

/** A side that takes longer for a quarter of the stream is spared the whole: it may be quadratic. */
const SLOW_MS = 1000;

/**
 * Gives every stream to every side once, and compares all characters of all events.
 *
 * @returns those to measure: { name, side, chunks, reconnects, bytes, counts }
 * @throws where two sides differ
 */
export function compared(sides, streams, dedup = 0) {
  const contestants = [];
  const slow = new Set();
  for (const { part, chunks, reconnects, bytes } of streams) {
    let expected;
    for (const [name, create] of Object.entries(sides).filter(([name]) => !slow.has(name))) {
      const whole = new Counter({ everyCharacter: true });
      const began = performance.now();
      create(dedup).pass(chunks, whole, reconnects);
      if (performance.now() - began > SLOW_MS) slow.add(name);
      expected ??= whole.counts;
      requireEqual(name, whole.counts, expected);

      const side = create(dedup);
      const counter = new Counter();
      side.pass(chunks, counter, reconnects);
      contestants.push({ name: name + part, side, chunks, reconnects, bytes, counts: counter.counts });
    }
  }
  return contestants;
}

function requireEqual(name, counts, expected) {
  if (counts !== expected) throw new Error(`${name} gives ${counts}; expected ${expected}`);
}

/** Bytes a second, over as many passes as the time allows. */
function sample({ name, side, chunks, reconnects, bytes, counts }, leastMs) {
  const began = performance.now();
  let elapsed = 0;
  let passes = 0;
  for (; elapsed < leastMs; elapsed = performance.now() - began) {
    const counter = new Counter();
    side.pass(chunks, counter, reconnects);
    requireEqual(name, counter.counts, counts);
    passes += 1;
  }
  return (bytes * passes * 1000) / elapsed;
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve));

/** @returns for each round, the bytes a second of each side: [{ millrace, javascript, parser }] */
export async function measure(id, { repeats, warmupMs, sampleMs }) {
  const workload = workloads.find((workload) => workload.id === id);
  const contestants = compared(await loadSides(), streamsOf(workload), workload.dedup);
  for (const contestant of contestants) sample(contestant, warmupMs);
  const rounds = [];
  for (let round = 0; round < repeats; round += 1) {
    const figures = {};
    // Every other round backwards: nobody always follows the same neighbour.
    for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
      await nextTurn();
      figures[contestant.name] = sample(contestant, sampleMs);
    }
    rounds.push(figures);
  }
  return rounds;
}
