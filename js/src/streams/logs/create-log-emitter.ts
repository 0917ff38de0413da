import { addPolicies, declareOptions } from "../../server/hub-api.js";
import type { AnyHub } from "../../shared/any-hub.js";
import { requireHub } from "../http/require-hub.js";
import { HubLogOptions } from "./hub-log-options.js";
import { LogEmitter } from "./log-emitter.js";
import { checkLogOptions, type LogOptions } from "./options.js";
import { roomPolicy } from "./room-policy.js";

/** Who writes records, unless `agentTypes` says it. */
export type DefaultAgentType = "story" | "asset" | "code" | "deploy" | "orchestrator";

/**
 * Sends the log records of rooms to their followers: `emitLog` on the server, `useLogStream` in the page, and a route of one line between them. A room's
 * records are checked, redacted, cut to 10 KiB, merged where they are similar, and leave at 10 a second at most.
 *
 * A room `<id>` has the channel `room-log:<id>`, which policies of the hub may rule. The options are the hub's, in all modules of the process: what one call leaves out is as another has said it.
 *
 * @throws TypeError for options that it cannot have; SSEError `CONFLICTING_OPTIONS` in production, where another call has said something else.
 * @example
 * // lib/logs.ts
 * export const logs = createLogEmitter(createHub(), { authorize: ({ request, roomId }) => mayRead(request, roomId) });
 * // app/api/rooms/[roomId]/logs/route.ts
 * export const GET = async (request: Request, { params }) => logs.response(request, (await params).roomId);
 */
export function createLogEmitter<const AgentType extends string = DefaultAgentType>(
  hub: AnyHub,
  options: LogOptions & { agentTypes?: readonly AgentType[] } = {},
): LogEmitter<AgentType> {
  requireHub(hub);
  const checked = checkLogOptions(options);
  roomPolicy(options.policy ?? {}, checked.agentTypes); // wrong ones are told before anything has changed
  declareOptions(hub, "createLogEmitter", options);
  const all = HubLogOptions.of(hub.name);
  all.add(options);
  addPolicies(hub, [all.policy]);
  return new LogEmitter(hub, all);
}
