import { randomUUID } from "node:crypto";
import { unstable_cache } from "next/cache";
import { CATALOGUE_CHANNEL, CATALOGUE_TAG, type Price } from "../catalogue";
import { hub } from "./hub";
import { singleton } from "./singleton";

const MOST_PRICES = 20;
const prices = singleton("prices", () => new Map([["Water wheel", 120]]));
/** Next.js keeps its cache over a restart, and the prices are gone then. */
const run = singleton("run", () => randomUUID());

/** What pages show: cached until its tag is revalidated. */
export const readPrices = unstable_cache(
  async (): Promise<{ readonly prices: readonly Price[]; readonly readAt: string }> => ({
    prices: [...prices].map(([name, amount]) => ({ name, amount })),
    readAt: new Date().toISOString(),
  }),
  ["prices", run],
  { tags: [CATALOGUE_TAG] },
);

/** Another price, of which all instances hear. False: there are as many as can be. */
export function setPrice({ name, amount }: Price): boolean {
  if (!prices.has(name) && prices.size >= MOST_PRICES) return false;
  prices.set(name, amount);
  hub.publish(CATALOGUE_CHANNEL, { event: "price", data: { name, amount } });
  return true;
}
