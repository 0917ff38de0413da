/** The event type by which a Millrace server says how a connection continues the one before it. */
export const RESUME_EVENT = "millrace.resume";

/**
 * How the current connection continues the one before it, as the server says it.
 *
 * - `continued`: nothing was lost.
 * - `gap`: the events between `after` and `from` were no longer held and are lost.
 * - `reset`: the server does not know the cursor (it restarted): the stream begins anew.
 */
export interface ResumeVerdict {
  readonly verdict: "continued" | "gap" | "reset";
  /** The last id before the hole: the cursor this client came with. */
  readonly after?: string;
  /** The first id that is there again. */
  readonly from?: string;
}

/** Reads the data of a {@link RESUME_EVENT}; null where it is malformed. */
export function parseResume(data: string): ResumeVerdict | null {
  let said: unknown;
  try {
    said = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null) return null;
  const { verdict, after, from } = said as Record<string, unknown>;
  if (verdict !== "continued" && verdict !== "gap" && verdict !== "reset") return null;
  if (!isIdOrAbsent(after) || !isIdOrAbsent(from)) return null;
  return { verdict, ...(after !== undefined && { after }), ...(from !== undefined && { from }) };
}

function isIdOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
