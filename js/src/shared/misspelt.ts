/** The names that an options object may have; a type that is written so lists them all. */
export type Names<Options> = Readonly<Record<keyof Options & string, true>>;

/**
 * Misspelt options are refused, for what they were to say would otherwise be ignored without a word.
 *
 * @throws TypeError that names the option, and the nearest of those there are.
 * @example
 * requireKnown("createHub", { histroy: {} }, { history: true }); // createHub has no option "histroy": is it "history"?
 */
export function requireKnown<Options extends object>(
  of: string,
  options: Options,
  names: Names<Options>,
  what = "option",
): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names);
    const nearest = nearestOf(name, known);
    const hint = nearest === undefined ? `; it has ${known.sort().join(", ")}` : `: is it "${nearest}"?`;
    throw new TypeError(`${of} has no ${what} "${name}"${hint}`);
  }
}

/**
 * The same for values: of texts that say which of a few things is wanted, no other passes.
 *
 * @throws TypeError that names what was given, and the nearest of those there are.
 * @example
 * requireOneOf("onEnd", "closed", ["close", "reconnect"]); // onEnd cannot be "closed": is it "close"?
 */
export function requireOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  const given = typeof value === "string" ? JSON.stringify(value) : String(value);
  const nearest = typeof value === "string" ? nearestOf(value, allowed) : undefined;
  const all = allowed.map((one) => JSON.stringify(one)).join(", ");
  throw new TypeError(
    `${name} cannot be ${given}${nearest === undefined ? `; it is one of ${all}` : `: is it "${nearest}"?`}`,
  );
}

/** What was most likely meant; undefined where nothing is like it. */
function nearestOf(name: string, known: readonly string[]): string | undefined {
  const most = Math.max(2, Math.floor(name.length / 3));
  const distances = known.map((other) => ({ other, distance: distance(name.toLowerCase(), other.toLowerCase()) }));
  const [nearest] = distances.sort((a, b) => a.distance - b.distance);
  return nearest !== undefined && nearest.distance <= most ? nearest.other : undefined;
}

/** How many letters are to be added, left out, replaced or exchanged with the next (Damerau 1964, as far as neighbours go). */
function distance(from: string, to: string): number {
  const rows: number[][] = [];
  for (let i = 0; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const at = (back: number, column: number) => rows[i - back]?.[column] ?? Infinity;
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      const isExchange = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const best = i === 0 ? j : Math.min(at(1, j) + 1, (row[j - 1] as number) + 1, at(1, j - 1) + cost);
      row.push(i > 1 && j > 1 && isExchange ? Math.min(best, at(2, j - 2) + 1) : best);
    }
    rows.push(row);
  }
  return rows[from.length]?.[to.length] ?? Infinity;
}
