// Texts of the workloads, the same in every run: what is random comes from a seed.

/** Numbers in [0, 1) from a 32-bit seed (mulberry32). */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number of both bounds and what is between. */
export const whole = (random, least, most) => least + Math.floor(random() * (most - least + 1));
const oneOf = (random, list) => list[whole(random, 0, list.length - 1)];

export function word(random, least, most) {
  let text = "";
  for (let left = whole(random, least, most); left > 0; left -= 1) text += String.fromCharCode(whole(random, 97, 122));
  return text;
}

/** Words with blanks between, of so many characters. */
export function prose(random, length) {
  let text = word(random, 2, 9);
  while (text.length < length) text += ` ${word(random, 2, 9)}`;
  return text.slice(0, length);
}

/** An array of records, as JSON in ASCII, a little above so many characters. */
export function records(random, length) {
  const parts = [];
  for (let size = 0; size < length; size += parts.at(-1).length + 1) {
    const record = {
      id: whole(random, 1, 10 ** 6),
      name: prose(random, 20),
      price: whole(random, 100, 99_999) / 100,
      tags: [word(random, 3, 8), word(random, 3, 8)],
      active: random() < 0.5,
    };
    parts.push(JSON.stringify(record));
  }
  return `[${parts.join(",")}]`;
}

const emoji = [..."😀😂🥰🤔👍🙏🔥🎉🚀🌊🍜🐼"];

/** Chinese and Japanese, one emoji among ten characters, and now and then ASCII. */
export function eastern(random, characters) {
  let text = "";
  for (let left = characters; left > 0; left -= 1) {
    const kind = random();
    if (kind < 0.1) text += oneOf(random, emoji);
    else if (kind < 0.15) text += oneOf(random, [" ", "A", "7", "、", "。"]);
    else if (kind < 0.35) text += String.fromCodePoint(whole(random, 0x3041, 0x3093));
    else text += String.fromCodePoint(whole(random, 0x4e00, 0x9fa5));
  }
  return text;
}
