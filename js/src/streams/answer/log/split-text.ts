/** A text in parts of at most so many characters. No surrogate pair is cut. */
export function splitText(text: string, most: number): string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = from + lengthOfPart(text, from, most);
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}

function lengthOfPart(text: string, from: number, most: number): number {
  const rest = text.length - from;
  if (rest <= most) return rest;
  const last = text.charCodeAt(from + most - 1);
  return last >= 0xd800 && last < 0xdc00 ? most - 1 : most;
}
