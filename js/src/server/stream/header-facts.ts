/** What a stream tells the client in its headers. */
export interface HeaderFacts {
  readonly maxDurationMs: number | undefined;
  readonly heartbeatMs: number | undefined;
  readonly isCompressed: boolean;
}

let last: HeaderFacts | undefined;

/** The same object for equal facts that follow one another: thousands of streams mostly have the same. */
export function sharedFacts(facts: HeaderFacts): HeaderFacts {
  const isSame = (name: keyof HeaderFacts) => last?.[name] === facts[name];
  if (last !== undefined && (Object.keys(facts) as (keyof HeaderFacts)[]).every(isSame)) return last;
  last = facts;
  return facts;
}
