/** How much a message of an agent, or a log record, matters. */
export type WorkflowLevel = "info" | "warn" | "error";

/** An agent of a workflow, as its events have left it. */
export interface AgentState {
  agentName: string;
  status?: "running" | "completed" | "failed";
  agentRole?: string;
  stepNumber?: number;
  prompt?: string;
  /** Of its last progress. */
  message?: string;
  level?: WorkflowLevel;
  /** Milliseconds. */
  duration?: number;
  cost?: number;
  output?: string;
  error?: string;
}

/** A workflow, as its events have left it. */
export interface WorkflowState {
  workflowId: string;
  name: string;
  /** `"running"`, `"completed"`, `"failed"`, or the application's own, `"paused"` for one. */
  status: "running" | "completed" | "failed" | (string & {});
  currentAgent?: string;
  currentStep?: number;
  totalSteps: number;
  iterations: number;
  maxIterations?: number;
  totalCost: number;
  budgetLimit?: number;
  /** Milliseconds, of one that has ended. */
  duration?: number;
  error?: string;
  /** By name. */
  agents: Record<string, AgentState>;
}

/** A record of a workflow's log. */
export interface WorkflowLog {
  level: WorkflowLevel;
  message: string;
  /** ISO 8601. */
  timestamp: string;
  metadata?: unknown;
}

/** What a budget event says. */
export interface BudgetUse {
  currentCost: number;
  budgetLimit: number;
  percentageUsed: number;
}

/** The events of a workflow, and their data. */
export interface WorkflowEvents {
  "workflow:state": WorkflowState;
  "workflow:started": { name: string; totalSteps: number; maxIterations?: number; budgetLimit?: number };
  /** What has changed of the state: a JSON Merge Patch (RFC 7396). */
  "workflow:running": WorkflowPatch;
  "workflow:completed": { duration: number; totalCost: number; iterations: number; currentStep?: number };
  "workflow:failed": { error: string; currentStep?: number };
  "workflow:closed": { status: string };
  "agent:state": { agents: Record<string, AgentState> };
  "agent:started": { agentName: string; agentRole: string; stepNumber: number; prompt: string };
  "agent:progress": { agentName: string; message: string; level: WorkflowLevel };
  "agent:completed": { agentName: string; stepNumber: number; duration: number; cost: number; output?: string };
  "agent:failed": { agentName: string; stepNumber: number; error: string };
  "budget:warning": BudgetUse;
  "budget:exceeded": BudgetUse;
  "log:created": WorkflowLog;
  "command:accepted": { command: string; commandId: string };
  "command:refused": { command: string; commandId: string; reason: string };
}

/** What may change of a workflow: members of its state, `null` for one that goes. */
export type WorkflowPatch = {
  readonly [Name in keyof Omit<WorkflowState, "workflowId" | "agents">]?: WorkflowState[Name] | null;
} & { readonly agents?: Readonly<Record<string, Partial<AgentState> | null>> };

/** The types of all events that change a workflow's state. */
export const CHANGES = [
  ...["workflow:started", "workflow:running", "workflow:completed", "workflow:failed"],
  ...["agent:started", "agent:progress", "agent:completed", "agent:failed"],
] as const;
