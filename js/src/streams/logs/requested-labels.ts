import type { RequestLike } from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import { LOG_LEVELS } from "../../shared/logs/record.js";

/** By which streams choose records. */
export function labelOf(agentType: string, level: string): string {
  return `${agentType}/${level}`;
}

/**
 * The records that a client asks for, by the query's `levels` and `agents`: names with commas between them. Undefined: all.
 *
 * @throws SSEError `BAD_REQUEST` that names what is unknown, and what is allowed.
 */
export function requestedLabels(request: RequestLike, agentTypes: readonly string[]): string[] | undefined {
  const query = new URLSearchParams(/\?[^#]*/.exec(request.url)?.[0]);
  const levels = chosen("level", query.getAll("levels"), LOG_LEVELS);
  const agents = chosen("agent", query.getAll("agents"), agentTypes);
  if (levels === undefined && agents === undefined) return undefined;
  return (agents ?? agentTypes).flatMap((agent) => (levels ?? LOG_LEVELS).map((level) => labelOf(agent, level)));
}

function chosen(what: string, lists: readonly string[], known: readonly string[]): readonly string[] | undefined {
  const asked = [
    ...new Set(
      lists
        .join()
        .split(",")
        .map((name) => name.trim()),
    ),
  ].filter(Boolean);
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown.slice(0, 100));
    throw new SSEError("BAD_REQUEST", `There is no ${what} ${shown}: it must be one of ${known.join(", ")}`);
  }
  return asked.length === 0 ? undefined : asked;
}
