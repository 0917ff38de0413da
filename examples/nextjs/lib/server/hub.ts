import { createHub } from "millrace";
import type { DemoEvents } from "../events";

/** The hub behind `broadcast` and `registerConnection`, with the demo's events by type. */
export const hub = createHub<DemoEvents>({ history: { events: 5000 } });
