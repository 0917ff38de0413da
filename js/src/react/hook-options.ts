import type { SSEClientOptions } from "../client/index.js";
import type { Names } from "../shared/misspelt.js";
import type { UseEventSourceOptions } from "./types.js";

/** What the hook's options have besides the client's. */
export const HOOK_OPTIONS: Names<Omit<UseEventSourceOptions, keyof SSEClientOptions>> = {
  onMessage: true,
  onEvent: true,
  onError: true,
  onOpen: true,
  onClose: true,
  historySize: true,
  throttleMs: true,
  select: true,
};
