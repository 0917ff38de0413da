import { unstable_cache } from "next/cache";
import { CATALOGUE_CHANNEL, CATALOGUE_TAG, type Price } from "../catalogue";
import { hub } from "./hub";
import { singleton } from "./singleton";

const prices = singleton("prices", () => new Map([["Water wheel", 120]]));

/** What pages show: cached until its tag is revalidated. */
export const readPrices = unstable_cache(
  async (): Promise<{ readonly prices: readonly Price[]; readonly readAt: string }> => ({
    prices: [...prices].map(([name, amount]) => ({ name, amount })),
    readAt: new Date().toISOString(),
  }),
  ["prices"],
  { tags: [CATALOGUE_TAG] },
);

/** Another price, of which all instances hear. */
export function setPrice({ name, amount }: Price): void {
  prices.set(name, amount);
  hub.publish(CATALOGUE_CHANNEL, { event: "price", data: { name, amount } });
}
