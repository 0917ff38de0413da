import { requireFlag, requireNumber } from "../../shared/arguments.js";
import type { Names } from "../../shared/misspelt.js";
import { requireOrigins } from "../../shared/origin.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import { requirePrefix } from "../http/module-options.js";

/** What all answers of a kind of chats keep to. */
export interface ChatLimitOptions {
  /** Chats of one hub and another name are others. Their channels are `<name>:<id>`. */
  name?: string;
  /** All whom `authorize` lets in share the answers of a chat. Default false: everybody reads answers of his own `userId` only, where it is known. */
  shared?: boolean;
  /** No answer takes longer. Default 900,000: 15 minutes. */
  maxAnswerMs?: number;
  /** The source is ended when nobody has read the answer for so long. Default `Infinity`: it is wanted even if the tab was closed. */
  abandonAfterMs?: number;
  /** Readers in other threads are told that the answer has failed when the one that reads the source says nothing for so long. Default 30,000. */
  producerTimeoutMs?: number;
  /** How long an answer is kept that has ended, for clients that missed its end. Default 300,000: five minutes. */
  keepForMs?: number;
  /**
   * How long after its end an answer is given again to clients that do not say where they were, as `useChat` with its own transport does not. After that only
   * once for each client that was cut. Default 10,000.
   */
  replayForMs?: number;
  /** The least time between two events; parts of one text that come meanwhile are joined. Default 0: as they come. */
  flushMs?: number;
  /** Messages are taken from pages of these origins, too. Default: of the server's own only. */
  origins?: readonly string[];
  /** `X-Forwarded-Host` says which the own one is. Default false. */
  trustProxy?: boolean;
  /** Of a message's body. Default 4 MiB. */
  maxBodyBytes?: number;
}

/** With the defaults in. */
export type ChatLimits = Required<ChatLimitOptions>;

export const CHAT_LIMITS: Names<ChatLimitOptions> = {
  name: true,
  shared: true,
  maxAnswerMs: true,
  abandonAfterMs: true,
  producerTimeoutMs: true,
  keepForMs: true,
  replayForMs: true,
  flushMs: true,
  origins: true,
  trustProxy: true,
  maxBodyBytes: true,
};

/**
 * @param usualName - of chats that are given none.
 * @throws TypeError that names the option.
 */
export function checkChatLimits(options: ChatLimitOptions, usualName: string): ChatLimits {
  const { name = usualName, shared = false, origins = [], trustProxy = false } = options;
  const { maxAnswerMs = 900_000, abandonAfterMs = Infinity, producerTimeoutMs = 30_000, keepForMs = 300_000 } = options;
  const { replayForMs = 10_000, flushMs = 0, maxBodyBytes = 4 * 1024 * 1024 } = options;
  requirePrefix(name);
  requireFlag("shared", shared);
  requireFlag("trustProxy", trustProxy);
  requireOrigins(origins);
  requireNumber("maxAnswerMs", maxAnswerMs, { least: 1, infinity: true });
  requireNumber("abandonAfterMs", abandonAfterMs, { least: 1, infinity: true });
  requireNumber("producerTimeoutMs", producerTimeoutMs, { least: 1, most: LONGEST_TIMER_MS });
  requireNumber("keepForMs", keepForMs, { least: 1, most: LONGEST_TIMER_MS });
  requireNumber("replayForMs", replayForMs);
  requireNumber("flushMs", flushMs, { most: 60_000 });
  requireNumber("maxBodyBytes", maxBodyBytes, { least: 1 });
  const times = { maxAnswerMs, abandonAfterMs, producerTimeoutMs, keepForMs, replayForMs, flushMs };
  return { ...times, name, shared, origins: [...origins], trustProxy, maxBodyBytes };
}
