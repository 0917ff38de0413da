import { revalidateOn } from "millrace/next";
import { CATALOGUE_CHANNEL, CATALOGUE_TAG } from "../catalogue";
import { hub } from "./hub";

/** A price that changes makes the cached pages stale; then those who look at them are told. */
revalidateOn(hub, CATALOGUE_CHANNEL, ({ event }) => (event === "price" ? CATALOGUE_TAG : null), {
  onRevalidated: () => hub.publish(CATALOGUE_CHANNEL, { event: "revalidated", data: {} }),
});
