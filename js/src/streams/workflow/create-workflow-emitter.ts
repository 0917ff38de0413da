import { addPolicies } from "../../server/hub-api.js";
import type { AnyHub } from "../../shared/any-hub.js";
import { requireHub } from "../http/require-hub.js";
import { checkOptions, type WorkflowOptions } from "./options.js";
import { WorkflowEmitter } from "./workflow-emitter.js";
import { WorkflowRecords } from "./workflow-records.js";

/** Of the state's channels: what a client that comes back may have missed. */
const STATE_EVENTS = 500;
/** Of the logs' channels. */
const LOG_EVENTS = 200;

/**
 * Sends the progress of workflows to their followers: `emit` on the server, `useWorkflowStream` in the page, and a route of one line between them.
 * What is known of the workflows is one for the hub in this thread, however often this is called; the options are each emitter's.
 *
 * A workflow `<id>` has the channels `workflow:<id>` and `workflow-log:<id>`, which policies of the hub may rule.
 *
 * @example
 * // lib/workflows.ts
 * export const workflows = createWorkflowEmitter(createHub());
 * // app/api/workflows/[id]/stream/route.ts
 * export const GET = async (request: Request, { params }) => workflows.response(request, (await params).id);
 */
export function createWorkflowEmitter(hub: AnyHub, options: WorkflowOptions = {}): WorkflowEmitter {
  requireHub(hub);
  const checked = checkOptions(options);
  const { idleTtlMs, progressEveryMs, logsEveryMs } = checked;
  const kept = { channelTtlMs: idleTtlMs };
  addPolicies(hub, [
    {
      ...{ match: "workflow:**", throttle: { everyMs: progressEveryMs }, ...kept },
      history: { events: STATE_EVENTS, ttlMs: idleTtlMs },
    },
    {
      ...{ match: "workflow-log:**", batch: { everyMs: logsEveryMs }, ...kept },
      history: { events: LOG_EVENTS, ttlMs: idleTtlMs },
    },
  ]);
  const isKnown = (workflowId: string) => hub.document(`workflow:${workflowId}`).exists();
  return new WorkflowEmitter(hub, checked, WorkflowRecords.of(hub.name, isKnown));
}
