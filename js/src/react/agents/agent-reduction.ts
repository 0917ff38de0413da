import { changeOf } from "../../shared/agents/change-of.js";
import {
  type AgentConnection,
  type AgentEvents,
  type AgentNetworkState,
  type AgentPerformance,
  type NetworkAgent,
  RESEARCH_EVENTS,
  type ResearchSource,
} from "../../shared/agents/events.js";
import { isRecord } from "../../shared/is-record.js";
import { PatchedState } from "../../shared/patched-state.js";
import type { Reduction } from "../reduced/reduction.js";

/** The research of a session, as far as it has come. */
export interface ResearchView {
  readonly status: "idle" | "running" | "complete" | "failed";
  readonly query: string | null;
  readonly phases: readonly string[];
  readonly phase: string | null;
  /** From 0 to 1. */
  readonly progress: number;
  readonly message: string | null;
  /** The last 200 that have come. */
  readonly partialResults: readonly unknown[];
  /** Each once by its `url`; the last 200. */
  readonly sources: readonly ResearchSource[];
  readonly result: unknown;
  readonly error: string | null;
}

/** An agent, with its id. */
export type ShownAgent = NetworkAgent & Required<Pick<NetworkAgent, "status">> & { readonly id: string };

/** A session's agents, as their events have left them. */
export interface AgentNetworkView {
  /** In the order in which they came. */
  readonly agents: readonly ShownAgent[];
  readonly connections: readonly AgentConnection[];
  readonly performance: AgentPerformance | null;
  readonly research: ResearchView;
}

const MOST = 200;
const NO_RESEARCH: ResearchView = {
  ...{ status: "idle", query: null, phases: [], phase: null, progress: 0, message: null },
  ...{ partialResults: [], sources: [], result: null, error: null },
};
const EMPTY: AgentNetworkView = { agents: [], connections: [], performance: null, research: NO_RESEARCH };
const RESEARCH: ReadonlySet<string> = new Set(RESEARCH_EVENTS);

/** Follows a session's events. */
export class AgentReduction implements Reduction<AgentNetworkView> {
  #network = new PatchedState<AgentNetworkState>({ agents: {}, connections: [] });
  #research = NO_RESEARCH;
  #view = EMPTY;
  #isStale = false;
  /** With its id: the same object as long as the agent is the same. */
  readonly #shown = new WeakMap<NetworkAgent, ShownAgent>();

  take(type: string, data: unknown): void {
    if (typeof data !== "object" || data === null) return;
    if (RESEARCH.has(type)) this.#takeResearch(type as keyof AgentEvents, data);
    else if (type === "agent_network_snapshot") this.#network = new PatchedState(data as AgentNetworkState);
    else {
      const patch = changeOf(type, data);
      if (patch === undefined) return;
      this.#network.patch(patch);
    }
    this.#isStale = true;
  }

  #takeResearch(type: keyof AgentEvents, data: object): void {
    const { query, phases, phase, progress, message, partial_results, sources = [], result, error } = Object(data);
    const before = type === "research_started" ? NO_RESEARCH : this.#research;
    const found = [...before.sources, ...(Array.isArray(sources) ? sources : [])];
    const urls = found.map((source) => Object(source).url);
    this.#research = {
      ...before,
      status: type === "research_complete" ? "complete" : type === "error" ? "failed" : "running",
      ...(query !== undefined && { query }),
      ...(Array.isArray(phases) && { phases }),
      ...(phase !== undefined && { phase }),
      ...(typeof progress === "number" && { progress }),
      ...(type === "research_complete" && { progress: 1 }),
      ...(message !== undefined && { message }),
      ...(Array.isArray(partial_results) && {
        partialResults: [...before.partialResults, ...partial_results].slice(-MOST),
      }),
      sources: found.filter((_, at) => urls[at] === undefined || urls.indexOf(urls[at]) === at).slice(-MOST),
      ...(result !== undefined && { result }),
      ...(typeof error === "string" && { error }),
    };
  }

  view(): AgentNetworkView {
    if (!this.#isStale) return this.#view;
    this.#isStale = false;
    const { agents, connections, performance } = this.#network.view();
    this.#view = {
      agents: Object.entries(Object(agents) as Record<string, NetworkAgent>).map(([id, agent]) =>
        this.#withId(id, agent),
      ),
      connections: Array.isArray(connections) ? connections : [],
      performance: performance ?? null,
      research: this.#research,
    };
    return this.#view;
  }

  #withId(id: string, agent: NetworkAgent): ShownAgent {
    if (!isRecord(agent)) return { status: "idle", id };
    const shown = this.#shown.get(agent) ?? { status: "idle", ...agent, id };
    this.#shown.set(agent, shown);
    return shown;
  }
}
