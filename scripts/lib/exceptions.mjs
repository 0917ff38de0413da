// Takes out of a list of problems those that are excepted.

/**
 * `exceptions`: [{ rule, reason, places }]. Gives the problems that no exception covers, and one for every exception that
 * covers none: it must go, or it would let the next one in.
 */
export function withoutExceptions(problems, exceptions) {
  const keyOf = (rule, place) => `${rule}: ${place}`;
  const excepted = new Set(
    exceptions.flatMap(({ rule, reason, places }) => {
      if (!reason) throw new Error(`the exceptions from "${rule}" have no reason`);
      return places.map((place) => keyOf(rule, place));
    }),
  );
  const needed = new Set(problems.map(({ rule, place }) => keyOf(rule, place)));
  const unneeded = exceptions.flatMap(({ rule, places }) =>
    places
      .filter((place) => !needed.has(keyOf(rule, place)))
      .map((place) => ({
        rule,
        place,
        path: place.split(" ")[0],
        line: 1,
        message: `no longer needs its exception from "${rule}": take it out of scripts/lib/house-exceptions.mjs`,
      })),
  );
  return [...problems.filter(({ rule, place }) => !excepted.has(keyOf(rule, place))), ...unneeded];
}
