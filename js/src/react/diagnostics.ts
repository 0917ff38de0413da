import { checkChatOptions } from "./chat/check-chat-options.js";
import { checkHookOptions } from "./hook-options.js";

/** As client/diagnostics.ts has it, for the hook. */
export function diagnostics() {
  try {
    if (process.env.NODE_ENV !== "production") return { checkChatOptions, checkHookOptions };
  } catch {}
  return undefined;
}
