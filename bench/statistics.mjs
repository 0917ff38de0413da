/** Median, smallest and largest. Of an even count the lower middle: a value that was measured. */
export function spread(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return { median: sorted[Math.floor((sorted.length - 1) / 2)], min: sorted[0], max: sorted.at(-1) };
}

/** The spread of each figure over the rounds: [{ a: 1 }, { a: 3 }] → { a: { median, min, max } }. */
export function spreads(rounds) {
  const keys = [...new Set(rounds.flatMap(Object.keys))];
  return Object.fromEntries(keys.map((key) => [key, spread(rounds.map((round) => round[key]))]));
}
