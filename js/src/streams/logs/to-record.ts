import { sanitizeMessage } from "../../server/hub-api.js";

/** What a caller says of a record beside its message. */
export interface LogMetadata {
  readonly userId?: string;
  readonly roomId?: string;
  /** Milliseconds. */
  readonly duration?: number;
  /** What went wrong: an error, or its message. Clients get a sanitised text. */
  readonly error?: unknown;
  readonly [name: string]: unknown;
}

/** The members that are the record's own, wherever the caller has put them. */
const LIFTED = ["userId", "roomId", "duration", "error"] as const;

/** A record without its time. Nothing is checked here: the core does that. */
export function toRecord(
  roomId: string,
  agentType: unknown,
  level: unknown,
  message: unknown,
  metadata: unknown,
): Readonly<Record<string, unknown>> {
  const isList = Array.isArray(metadata);
  if (typeof metadata !== "object" || metadata === null || isList) {
    return { agentType, level, message, ...(metadata != null && { metadata }), roomId };
  }
  const { userId, roomId: own = roomId, duration, error, ...others } = metadata as LogMetadata;
  const lifted = { userId, roomId: own, duration, error: errorText(error) };
  const isMore = Object.values(others).some((value) => value !== undefined);
  const given = LIFTED.filter((name) => lifted[name] !== undefined).map((name) => [name, lifted[name]]);
  return { agentType, level, message, ...(isMore && { metadata: others }), ...Object.fromEntries(given) };
}

/** As clients may see it; what is no error and no text stays for the core to refuse. */
function errorText(error: unknown): unknown {
  const text = typeof error === "object" && error !== null ? (error as { message?: unknown }).message : error;
  return typeof text === "string" ? sanitizeMessage(text) || "Error" : error;
}
