import type { WorkflowEvents, WorkflowState } from "../../shared/workflow/events.js";

/** A budget event that is due. */
export type BudgetEvent = {
  [Type in "budget:warning" | "budget:exceeded"]: { type: Type; data: WorkflowEvents[Type] };
}["budget:warning" | "budget:exceeded"];

const WARNING_SHARE = 0.8;

/** What is told of a budget, once each. */
export class BudgetWatch {
  #cost = 0;
  #limit: number | undefined;
  #told = { warning: false, exceeded: false };

  /** A new workflow, or its whole state. */
  reset({ totalCost = 0, budgetLimit }: Partial<Pick<WorkflowState, "totalCost" | "budgetLimit">>): void {
    this.#cost = totalCost;
    this.#limit = budgetLimit;
    this.#told = { warning: false, exceeded: false };
  }

  /** As `reset`, of a workflow that another process or thread has begun: what is due was told there. */
  restore(state: Partial<Pick<WorkflowState, "totalCost" | "budgetLimit">>): void {
    this.reset(state);
    this.take();
  }

  /** What has changed; `null`: it is gone. */
  note({ totalCost, budgetLimit }: { totalCost?: number | null; budgetLimit?: number | null }): void {
    if (totalCost !== undefined) this.#cost = totalCost ?? 0;
    if (budgetLimit !== undefined) this.#limit = budgetLimit ?? undefined;
  }

  /** What is due now; it counts as told. */
  take(): BudgetEvent[] {
    const limit = this.#limit;
    if (limit === undefined || limit <= 0) return [];
    const share = this.#cost / limit;
    const data = { currentCost: this.#cost, budgetLimit: limit, percentageUsed: Math.round(share * 1000) / 10 };
    const due: BudgetEvent[] = [];
    if (share >= WARNING_SHARE && !this.#told.warning) due.push({ type: "budget:warning", data });
    if (share >= 1 && !this.#told.exceeded) due.push({ type: "budget:exceeded", data });
    this.#told = { warning: this.#told.warning || share >= WARNING_SHARE, exceeded: this.#told.exceeded || share >= 1 };
    return due;
  }
}

/** What a thread knows of a workflow besides its state, which is the channel's document. */
export class WorkflowRecord {
  readonly budget = new BudgetWatch();
  /** As what it has ended: `completed` or `failed`. */
  ended: string | undefined;
  /** And its streams were told to end. */
  isClosed = false;
  closing: ReturnType<typeof setTimeout> | undefined;
  listeners = 0;

  /** It runs, perhaps anew. */
  begin(): void {
    clearTimeout(this.closing);
    this.closing = undefined;
    this.ended = undefined;
    this.isClosed = false;
  }
}
