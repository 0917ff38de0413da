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

/** How a stream ended that did not break off. */
export interface StreamEnd {
  readonly reason: string;
  /** It goes on, on another connection. */
  readonly reconnect: boolean;
  /** What the application says beside it. */
  readonly detail?: string;
}

/** Reads the data of a notice of how the connection continues; null where it is malformed. */
export function parseResume(data: string): ResumeVerdict | null {
  const { verdict, after, from } = membersOf(data);
  if (verdict !== "continued" && verdict !== "gap" && verdict !== "reset") return null;
  if (!isIdOrAbsent(after) || !isIdOrAbsent(from)) return null;
  return { verdict, ...(after !== undefined && { after }), ...(from !== undefined && { from }) };
}

/** Reads the data of a notice of the beginning: whether a client that is cut gets what it missed. */
export function parseBegin(data: string): boolean {
  return membersOf(data).resumes === true;
}

/** Reads the data of a notice of the end. What says no more is an end all the same. */
export function parseEnd(data: string): StreamEnd {
  const { reason, reconnect, detail } = membersOf(data);
  const isSaid = typeof detail === "string";
  return {
    reason: typeof reason === "string" ? reason : "closed",
    reconnect: reconnect === true,
    ...(isSaid && { detail }),
  };
}

function membersOf(data: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(data));
  } catch {
    return {};
  }
}

function isIdOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
