/** How an agent, or all of them, do. */
export interface AgentPerformance {
  tasks?: number;
  duration_ms?: number;
  tokens?: number;
  /** From 0 to 1. */
  success_rate?: number;
}

/** An agent of a network, as its events have left it. */
export interface NetworkAgent {
  /** `idle`, `working`, `done`, `failed`, or the application's own. Left out: `idle`. */
  status?: "idle" | "working" | "done" | "failed" | (string & {});
  name?: string;
  role?: string;
  task?: string;
  /** From 0 to 1. */
  progress?: number;
  result?: unknown;
  error?: string;
  performance?: AgentPerformance;
}

/** Two agents that talk. */
export interface AgentConnection {
  from: string;
  to: string;
  kind?: string;
  messages?: number;
}

/** The agents that work for a session, and who talks to whom. */
export interface AgentNetworkState {
  /** By their ids. */
  agents: Record<string, NetworkAgent>;
  connections: AgentConnection[];
  performance?: AgentPerformance;
}

/** Where something was found. */
export interface ResearchSource {
  title?: string;
  url?: string;
  [more: string]: unknown;
}

/** The events of an agent network, and of the research that it does, with their data. The server adds `session_id` and `created_at`. */
export interface AgentEvents {
  /** The whole: who connects, or has missed something, is sent one. */
  agent_network_snapshot: AgentNetworkState;
  /** What has changed of it: a JSON Merge Patch (RFC 7396). Lists are whole. */
  agent_network_update: AgentNetworkPatch;
  /** The first event of each stream, and whatever the application tells of its connections. */
  agent_network_connection: { status: string; session_id?: string };
  agent_start: { agent: string; name?: string; role?: string; task?: string };
  /** With an `error` it has failed. */
  agent_complete: { agent: string; result?: unknown; error?: string; performance?: AgentPerformance };
  research_started: { query?: string; phases?: string[] };
  research_progress: {
    phase: string;
    /** From 0 to 1, of all. */
    progress: number;
    message?: string;
    partial_results?: unknown[];
    sources?: ResearchSource[];
  };
  research_complete: { result?: unknown; sources?: ResearchSource[]; duration_ms?: number };
  /** The research has failed. */
  error: { error: string; phase?: string };
}

/** What may change of a network: members, `null` for one that goes. */
export interface AgentNetworkPatch {
  agents?: Record<string, Partial<NetworkAgent> | null>;
  connections?: AgentConnection[];
  performance?: AgentPerformance | null;
}

/** An event as the seed's broadcaster has it. */
export type AgentEvent = {
  readonly [Type in keyof AgentEvents]: {
    readonly type: Type;
    readonly data: AgentEvents[Type];
    /** An id of your own; not of events that change the network. */
    readonly id?: string;
    /** Milliseconds after which clients come back. Not of events that change the network. */
    readonly retry?: number;
    /** Seconds after `created_at` from which nobody is given it. What changes the network stays in its state. */
    readonly ttl?: number;
    /** Unix time in seconds. Default: now. */
    readonly created_at?: number;
  };
}[keyof AgentEvents];

/** Those that change the network in other words than a patch's. */
export const NETWORK_CHANGES = ["agent_start", "agent_complete"] as const;

/** Of the research. */
export const RESEARCH_EVENTS = ["research_started", "research_progress", "research_complete", "error"] as const;
