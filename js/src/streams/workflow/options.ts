import { requireFunction, requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { requireOrigins } from "../../shared/origin.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import type { ModuleResponseOptions } from "../http/module-options.js";

/** Options of {@link createWorkflowEmitter}. */
export interface WorkflowOptions {
  /** Whether there is a workflow of this id; a stream of none is answered 404. Default: the hub knows its state. */
  exists?: (workflowId: string) => boolean | Promise<boolean>;
  /** The streams end so many milliseconds after `workflow:completed` or `workflow:failed`; `Infinity`: never. Default 2000. */
  closeAfterMs?: number;
  /** The state is kept so many milliseconds after the last use. Default 1800000 (30 minutes). */
  idleTtlMs?: number;
  /** Of one agent, `agent:progress` is sent at most once in so many milliseconds, the newest. Default 1000. */
  progressEveryMs?: number;
  /** `log:created` records leave together, at most once in so many milliseconds. Default 1000. */
  logsEveryMs?: number;
  /** How many of the last log records a client that begins is sent. Default 50. */
  recentLogs?: number;
  /** How long a command's handlers may take; one that takes longer is refused. Default 10000. */
  commandTimeoutMs?: number;
  /** Commands are taken from pages of these origins, too: `"https://app.example"`. Default: of the server's own only. */
  origins?: readonly string[];
  /** A proxy of yours sets `X-Forwarded-Host`. Default false. */
  trustProxy?: boolean;
}

/** Options of {@link WorkflowEmitter.response}: those of `hub.response` that the emitter does not decide. */
export type WorkflowResponseOptions = ModuleResponseOptions;

/** With the defaults in. */
export type CheckedOptions = Required<Omit<WorkflowOptions, "exists">> & Pick<WorkflowOptions, "exists">;

const OPTIONS: Names<WorkflowOptions> = {
  exists: true,
  closeAfterMs: true,
  idleTtlMs: true,
  progressEveryMs: true,
  logsEveryMs: true,
  recentLogs: true,
  commandTimeoutMs: true,
  origins: true,
  trustProxy: true,
};

const MINUTES = 60_000;

/** @throws TypeError that names the option. */
export function checkOptions(options: WorkflowOptions): CheckedOptions {
  requireObject("options", options);
  requireKnown("createWorkflowEmitter", options, OPTIONS);
  const { exists, closeAfterMs = 2000, idleTtlMs = 30 * MINUTES, progressEveryMs = 1000, logsEveryMs = 1000 } = options;
  const { recentLogs = 50, commandTimeoutMs = 10_000, origins = [], trustProxy = false } = options;
  if (exists !== undefined) requireFunction("exists", exists);
  if (closeAfterMs !== Number.POSITIVE_INFINITY)
    requireNumber("closeAfterMs", closeAfterMs, { most: LONGEST_TIMER_MS });
  requireNumber("idleTtlMs", idleTtlMs, { least: 1, infinity: true });
  requireNumber("progressEveryMs", progressEveryMs, { least: 1 });
  requireNumber("logsEveryMs", logsEveryMs, { least: 1 });
  requireNumber("recentLogs", recentLogs);
  requireNumber("commandTimeoutMs", commandTimeoutMs, { least: 1, most: LONGEST_TIMER_MS });
  requireOrigins(origins);
  if (typeof trustProxy !== "boolean") throw new TypeError("trustProxy must be true or false");
  return {
    ...{ exists, closeAfterMs, idleTtlMs, progressEveryMs, logsEveryMs, recentLogs, commandTimeoutMs },
    ...{ origins: [...origins], trustProxy },
  } as CheckedOptions;
}
