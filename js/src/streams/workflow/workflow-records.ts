import type { CommandHandler } from "./commands.js";
import { WorkflowRecord } from "./workflow-record.js";

/** How many workflows may be there before those are looked for whose state is gone. */
const MOST_BEFORE_TIDYING = 100;

/** What this thread knows of a hub's workflows: one for all copies of this module. */
export class WorkflowRecords {
  readonly #records = new Map<string, WorkflowRecord>();
  readonly #handlers = new Map<string | undefined, Set<CommandHandler>>();
  readonly #isKnown: (workflowId: string) => Promise<boolean>;
  #tidyAt = MOST_BEFORE_TIDYING;

  /** @param isKnown - whether a workflow's state is still there. */
  constructor(isKnown: (workflowId: string) => Promise<boolean>) {
    this.#isKnown = isKnown;
  }

  /** Of the hub of this name. */
  static of(hubName: string, isKnown: (workflowId: string) => Promise<boolean>): WorkflowRecords {
    const all = globalThis as { [ALL]?: Map<string, WorkflowRecords> };
    all[ALL] ??= new Map();
    let records = all[ALL].get(hubName);
    if (records === undefined) {
      records = new WorkflowRecords(isKnown);
      all[ALL].set(hubName, records);
    }
    return records;
  }

  get(workflowId: string): WorkflowRecord | undefined {
    return this.#records.get(workflowId);
  }

  /** Made when it is not there. */
  of(workflowId: string): WorkflowRecord {
    let record = this.#records.get(workflowId);
    if (record === undefined) {
      record = new WorkflowRecord();
      this.#records.set(workflowId, record);
      if (this.#records.size >= this.#tidyAt) void this.#tidy();
    }
    return record;
  }

  all(): Iterable<[workflowId: string, record: WorkflowRecord]> {
    return this.#records;
  }

  /** @param workflowId - undefined: of all. */
  addHandler(workflowId: string | undefined, handler: CommandHandler): () => void {
    const handlers = this.#handlers.get(workflowId) ?? new Set();
    this.#handlers.set(workflowId, handlers.add(handler));
    return () => {
      handlers.delete(handler);
      if (handlers.size === 0 && this.#handlers.get(workflowId) === handlers) this.#handlers.delete(workflowId);
    };
  }

  handlersOf(workflowId: string): CommandHandler[] {
    return [...(this.#handlers.get(workflowId) ?? []), ...(this.#handlers.get(undefined) ?? [])];
  }

  /** Those go whose state has gone, and that nobody listens to. */
  async #tidy(): Promise<void> {
    this.#tidyAt = Infinity;
    for (const [workflowId, record] of [...this.#records]) {
      if (record.closing === undefined && record.listeners === 0 && !(await this.#isKnown(workflowId))) {
        this.#records.delete(workflowId);
      }
    }
    this.#tidyAt = Math.max(MOST_BEFORE_TIDYING, 2 * this.#records.size);
  }
}

const ALL = Symbol.for("millrace.workflows.1");
