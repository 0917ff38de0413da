import { randomInt } from "node:crypto";

/** How many events a test sends whose connection is cut. */
export const EVENTS = 1000;

const textOf = (n: number) => `event number ${n}.`;

/** The events' texts; none of them is a part of another. */
export const texts: readonly string[] = Array.from({ length: EVENTS }, (_, n) => textOf(n + 1));

/** The texts of some events at which to cut the connection: a random one in each part of the stream. */
export function chooseCuts(cuts: number): string[] {
  const part = Math.floor(EVENTS / cuts);
  return Array.from({ length: cuts }, (_, index) => textOf(1 + index * part + randomInt(part - 1)));
}
