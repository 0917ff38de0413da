import type { EventSourceSnapshot } from "./types.js";

/** What there is without a URL. */
export const DISCONNECTED: EventSourceSnapshot = {
  data: null,
  event: null,
  error: null,
  isConnected: false,
  state: "disconnected",
  completed: false,
  health: "disconnected",
  transport: "stream",
  lastEventId: "",
  attempts: 0,
  resume: null,
  history: [],
};

/** What there is before the first news of a connection: on the server, while hydrating, and until it opens. */
export const CONNECTING: EventSourceSnapshot = { ...DISCONNECTED, state: "connecting", health: "degraded" };
