// What is checked while an application is developed, and not in what its users load: see client/development.
import { checkOptions, ifGiven } from "../../client/development/check-options.js";
import type { SSEClientOptions } from "../../client/index.js";
import { describe, requireFlag, requireFunction, requireObject, requireString } from "../../shared/arguments.js";
import { areMessages } from "../../shared/chat/are-messages.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { UseChatStreamOptions } from "./types.js";

const CHAT_OPTIONS: Names<Omit<UseChatStreamOptions, keyof SSEClientOptions>> = {
  initialMessages: true,
  onMessage: true,
  onProgress: true,
  onFinish: true,
  onError: true,
  storage: true,
  storageKey: true,
  resume: true,
  also: true,
  throttleMs: true,
};
const FUNCTIONS = ["onMessage", "onProgress", "onFinish", "onError"] as const;
/** Of the client. */
const OWN = ["method", "resumeBy", "onEnd", "events", "schema", "fallback"];

/** @throws TypeError for a misspelt option of `useChatStream`, and for one that it cannot have. */
export function checkChatOptions(url: unknown, options: UseChatStreamOptions): void {
  if (url != null) requireString("url", url);
  checkOptions("useChatStream", options as unknown as SSEClientOptions, CHAT_OPTIONS);
  const own = OWN.find((name) => Object(options)[name] !== undefined);
  if (own !== undefined) throw new TypeError(`useChatStream decides about ${own} itself`);
  for (const name of FUNCTIONS) ifGiven(requireFunction, name, options[name]);
  const { storage, storageKey, resume, body, initialMessages, also } = options;
  ifGiven(requireString, "storageKey", storageKey);
  ifGiven(requireFlag, "resume", resume);
  if (body !== undefined && typeof body !== "function") requireObject("body", body);
  if (initialMessages !== undefined && !areMessages(initialMessages))
    throw new TypeError("initialMessages must be a list of { id, role, content }");
  const { getItem, setItem } = Object(storage);
  if (storage !== undefined && storage !== "local" && !(getItem && setItem))
    throw new TypeError('storage must be "local", or an object with getItem and setItem');
  if (also === undefined) return;
  requireObject("also", also);
  requireKnown("also", also, { agents: true });
  if (also.agents !== null && also.agents !== true && typeof also.agents !== "string")
    throw new TypeError(`also.agents must be the URL of their route, true or null, not ${describe(also.agents)}`);
}
