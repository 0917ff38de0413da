// From measurements to what is said of each claim.
import { keyOf } from "./measure/index.mjs";
import { spread } from "./statistics.mjs";

/** A ratio is taken within a round, of measurements minutes apart, and only then its spread over the rounds. */
function ratios(claim, target, results) {
  const entries = Object.entries(claim.needs).map(([name, measurement]) => [name, results.get(keyOf(measurement))]);
  const rounds = Math.max(...entries.map(([, entry]) => entry.rounds.length));
  const values = [];
  for (let round = 0; round < rounds; round += 1) {
    const measured = Object.fromEntries(entries.map(([name, entry]) => [name, entry.rounds[round]]));
    try {
      values.push(target.value(measured));
    } catch {
      // A peer that this target needs was not measured in this round.
    }
  }
  return values;
}

function met(target, found) {
  if (found === undefined) return "not measured";
  if (target.atLeast !== undefined) return found.median >= target.atLeast ? "met" : "missed";
  if (target.atMost !== undefined) return found.median <= target.atMost ? "met" : "missed";
  return "";
}

/** One row for each target: { claim, title, what, bound, atLeast | atMost, median, min, max, verdict, problems }. */
export function verdictsOf(claims, results) {
  return claims.flatMap((claim) =>
    claim.targets.map((target) => {
      const { what, atLeast, atMost } = target;
      const found = spread(ratios(claim, target, results));
      return { claim: claim.id, title: claim.title, what, atLeast, atMost, ...found, verdict: met(target, found) };
    }),
  );
}
