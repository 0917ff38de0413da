import { PatchedState } from "../../shared/patched-state.js";
import { changeOf } from "../../shared/workflow/change-of.js";
import type { AgentState, WorkflowLog, WorkflowState } from "../../shared/workflow/events.js";
import type { Reduction } from "../reduced/reduction.js";

/** A workflow, as its events have left it. */
export interface WorkflowView {
  /** Null before the state has come. */
  readonly workflow: WorkflowState | null;
  /** In the order in which they came. */
  readonly agents: readonly AgentState[];
  /** The last 200, oldest first. */
  readonly logs: readonly WorkflowLog[];
}

const MOST_LOGS = 200;

/** Follows a workflow's events. */
export class WorkflowReduction implements Reduction<WorkflowView> {
  readonly #workflowId: string;
  #state: PatchedState<WorkflowState> | undefined;
  #logs: WorkflowLog[] = [];
  #hasNewLogs = false;
  #isStale = false;
  #view: WorkflowView = { workflow: null, agents: [], logs: [] };

  constructor(workflowId: string) {
    this.#workflowId = workflowId;
  }

  take(type: string, data: unknown): void {
    if (typeof data !== "object" || data === null) return;
    if (type === "log:created") this.#takeLog(data as WorkflowLog);
    else if (type === "workflow:state") this.#begin(data as WorkflowState);
    else {
      const change = changeOf(this.#workflowId, type, data);
      if (change === undefined) return;
      // A state that never came is one of nothing: the server sends it first, and again where something was missed.
      if (change.isWhole || this.#state === undefined) this.#begin({ agents: {} } as unknown as WorkflowState);
      this.#state?.patch(change.patch);
      this.#isStale = true;
    }
  }

  view(): WorkflowView {
    if (!this.#isStale) return this.#view;
    this.#isStale = false;
    const workflow = this.#state?.view() ?? null;
    const { agents } = workflow ?? {};
    if (this.#hasNewLogs) this.#logs = this.#logs.slice(-MOST_LOGS);
    this.#view = {
      workflow,
      agents: agents === this.#view.workflow?.agents ? this.#view.agents : Object.values(agents ?? {}),
      logs: this.#hasNewLogs ? [...this.#logs] : this.#view.logs,
    };
    this.#hasNewLogs = false;
    return this.#view;
  }

  #begin(state: WorkflowState): void {
    this.#state = new PatchedState(state);
    this.#isStale = true;
  }

  #takeLog(log: WorkflowLog): void {
    this.#logs.push(log);
    if (this.#logs.length > 2 * MOST_LOGS) this.#logs = this.#logs.slice(-MOST_LOGS);
    this.#isStale = this.#hasNewLogs = true;
  }
}
