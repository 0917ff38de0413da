// Takes the measurements round by round, all peers interleaved, so that what else the machine does falls on all of them.
import { DeliveryError } from "./drive/load-client.mjs";
import { keyOf, take as takeOne } from "./measure/index.mjs";

/** The distinct measurements that the claims need, in their order. */
function plan(claims, round) {
  const found = new Map();
  for (const claim of claims.filter(({ once }) => round === 0 || !once))
    for (const measurement of Object.values(claim.needs)) found.set(keyOf(measurement), measurement);
  return [...found];
}

/** What the quick run leaves away: it shows that everything works, its figures are noise. */
const quickened = (measurement) =>
  measurement.measure === "burst"
    ? { ...measurement, seconds: 0.3 }
    : measurement.measure === "pace"
      ? { ...measurement, seconds: 1 }
      : measurement;

/**
 * @param take takes a measurement: (measurement, round) → figures; default: those of measure/index.mjs
 * @param onResult is told of each measurement as it ends: ({ round, measurement, seconds, result | error })
 * @returns by key: { measurement, rounds: [figures or undefined], problems: [text], lossy: true where events were lost }
 */
export async function takeRounds(claims, { repeats, quick, onResult, take = takeOne }) {
  const results = new Map();
  for (let round = 0; round < repeats; round += 1) {
    const measurements = plan(claims, round);
    // Every other round backwards: nobody always follows the same neighbour.
    for (const [key, measurement] of round % 2 === 0 ? measurements : measurements.reverse()) {
      if (!results.has(key)) results.set(key, { measurement, rounds: [], problems: [], lossy: false });
      const entry = results.get(key);
      const began = performance.now();
      const told = { round, measurement };
      try {
        entry.rounds[round] = told.result = await take(quick ? quickened(measurement) : measurement, round);
      } catch (error) {
        told.error = error;
        entry.problems.push(error.message);
        entry.lossy ||= error instanceof DeliveryError;
      }
      onResult({ ...told, seconds: (performance.now() - began) / 1000 });
    }
  }
  return results;
}
