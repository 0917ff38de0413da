/** Characters of one event: JSON makes six bytes of the worst of them, and an event has 1 MiB. */
const LONGEST = 100_000;

/** A text in parts, each for an event. No surrogate pair is cut. */
export function splitText(text: string): string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = from + lengthOfPart(text, from);
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}

function lengthOfPart(text: string, from: number): number {
  const rest = text.length - from;
  if (rest <= LONGEST) return rest;
  const last = text.charCodeAt(from + LONGEST - 1);
  return last >= 0xd800 && last < 0xdc00 ? LONGEST - 1 : LONGEST;
}
