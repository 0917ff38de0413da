import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type AttachOptions,
  errorResponse,
  type Hub,
  type HubDocument,
  type PublishReceipt,
  type ResponseOptions,
  type SSEStream,
  type StartFrom,
} from "../../server/hub-api.js";
import { changeOf } from "../../shared/agents/change-of.js";
import {
  type AgentEvent,
  type AgentEvents,
  type AgentNetworkState,
  NETWORK_CHANGES,
  RESEARCH_EVENTS,
} from "../../shared/agents/events.js";
import { AGENT_EVENTS, issueOf } from "../../shared/agents/schemas.js";
import { requireKey, requireNumber, requireObject } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { isRecord } from "../../shared/is-record.js";
import { type Names, requireKnown, requireOneOf } from "../../shared/misspelt.js";
import { checkedResponseOptions, type ModuleResponseOptions, refusalOf } from "../http/module-options.js";
import { writeError } from "../http/node-answer.js";
import { removedFrom } from "./removed-from.js";
import { ResearchRuns } from "./research-runs.js";

/** A route's parameters, as Next.js gives them: of a folder `[session_id]`, `[sessionId]` or `[id]`. */
export interface AgentRouteParams {
  readonly params: Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
}

/** A route of a session's events. */
export interface AgentRoute {
  /** A whole route handler. */
  readonly response: (request: Request, sessionId: string, options?: ModuleResponseOptions) => Promise<Response>;
  /** The same with Node's request and response. Gives the stream, which has ended already where the answer is none. */
  readonly attach: (
    req: IncomingMessage,
    res: ServerResponse,
    sessionId: string,
    options?: ModuleResponseOptions & Pick<AttachOptions, "handOver">,
  ) => Promise<SSEStream | undefined>;
  /** A route handler of Next.js. */
  readonly GET: (request: Request, route: AgentRouteParams) => Promise<Response>;
}

const FIELDS: Names<AgentEvent> = { type: true, data: true, id: true, retry: true, ttl: true, created_at: true };
const METHODS = ["GET", "HEAD"];
const STATE: ReadonlySet<string> = new Set(["agent_network_snapshot", "agent_network_update", ...NETWORK_CHANGES]);
const RESEARCH: ReadonlySet<string> = new Set(RESEARCH_EVENTS);

/** The agents of sessions; see {@link createAgentNetwork}. */
export class AgentNetwork {
  readonly hub: Hub;
  readonly #name: string;
  readonly #runs = new ResearchRuns();
  /** The network and the research, in one stream. */
  readonly all: AgentRoute;
  /** `/agent_network_sse/{session_id}`: who works, and who talks to whom. */
  readonly network: AgentRoute;
  /** `/api/run_sse/{session_id}`: the research, which ends its streams. */
  readonly research: AgentRoute;

  /** @internal Use {@link createAgentNetwork}. */
  constructor(hub: Hub, name: string) {
    this.hub = hub;
    this.#name = name;
    this.all = this.#route((session) => this.channelsOf(session));
    this.network = this.#route((session) => this.channelsOf(session).slice(0, 1));
    this.research = this.#route((session) => this.channelsOf(session).slice(1), ["research_complete", "error"]);
  }

  /** Of the network, and of the research: for `also` of `createChatStream`. */
  channelsOf(sessionId: string): [network: string, research: string] {
    requireKey("sessionId", sessionId);
    return [`${this.#name}:${sessionId}`, `${this.#name}.research:${sessionId}`];
  }

  /** The network as it is; undefined: nothing was told of it. */
  async getState(sessionId: string): Promise<AgentNetworkState | undefined> {
    const state = await this.#document(sessionId).get();
    return state && { ...state, agents: state.agents ?? {}, connections: state.connections ?? [] };
  }

  /**
   * Sends an event to all who follow the session, and changes its network accordingly. Gives the receipt; `null`: nothing has changed, or the event is older than
   * its `ttl`.
   *
   * @throws SSEError `INVALID_DATA`, with the name of what is wrong; what `hub.publish` throws. Nothing is sent then.
   * @example
   * agents.emit("session_1", { type: "agent_start", data: { agent: "planner", task: "Read the question" } });
   */
  emit(sessionId: string, event: AgentEvent): PublishReceipt | null {
    const [network, research] = this.channelsOf(sessionId);
    requireObject("event", event);
    requireKnown("event", event, FIELDS, "field");
    const { type, data: given, id, retry, ttl = Number.POSITIVE_INFINITY, created_at = Date.now() / 1000 } = event;
    if (!AGENT_EVENTS.includes(type)) requireOneOf("type", type, AGENT_EVENTS);
    requireNumber("ttl", ttl, { infinity: true });
    requireNumber("created_at", created_at);
    const issue = issueOf(type, given);
    if (issue !== undefined) throw new SSEError("INVALID_DATA", `${type}: ${issue.message}`, { cause: [issue] });
    const leftMs = (created_at + ttl) * 1000 - Date.now();
    if (leftMs <= 0) return null;
    const data = { ...given, session_id: sessionId, created_at };
    if (!STATE.has(type)) {
      const isShort = leftMs !== Number.POSITIVE_INFINITY;
      const about = { ...(id !== undefined && { id }), ...(retry !== undefined && { retry }) };
      const isResearch = RESEARCH.has(type);
      const channel = isResearch ? research : network;
      const how = { ...about, ...(isShort && { ttlMs: Math.ceil(leftMs) }) };
      const receipt = this.hub.publish(channel, { event: type, data, ...how });
      if (isResearch) this.#runs.count(sessionId, type === "research_started");
      return receipt;
    }
    if (id !== undefined || retry !== undefined)
      throw new TypeError(`${type} changes the network: its events have ids of the hub's, and no retry`);
    if (type === "agent_network_snapshot") return this.#document(sessionId).set(given as AgentNetworkState);
    const document = this.#document(sessionId);
    const { agent, result } = Object(given);
    const isMerged = type === "agent_complete" && isRecord(result);
    const before = isMerged ? document.current()?.agents?.[agent]?.result : undefined;
    const receipt = document.patch(changeOf(type, given) ?? {}, { event: type, data });
    // A patch puts a result into the one before: what is left of that goes, on the server and in the pages.
    const left = isRecord(before) ? removedFrom(before, result) : undefined;
    if (left !== undefined) document.patch({ agents: { [agent]: { result: left } } });
    return receipt;
  }

  #document(sessionId: string): HubDocument<AgentNetworkState> {
    const [channel] = this.channelsOf(sessionId);
    return this.hub.document<AgentNetworkState>(channel, {
      snapshotEvent: "agent_network_snapshot",
      patchEvent: "agent_network_update",
      events: NETWORK_CHANGES,
    });
  }

  #route(channelsOf: (sessionId: string) => string[], closeAfter: readonly string[] = []): AgentRoute {
    const reading = <Options extends ModuleResponseOptions>(sessionId: string, options: Options) => {
      const { heartbeat = { everyMs: 30_000 } } = options;
      const [, research] = this.channelsOf(sessionId);
      return {
        ...options,
        heartbeat,
        channels: channelsOf(sessionId),
        from: (channel: string): StartFrom => (channel === research ? this.#runs.beginningOf(sessionId) : "now"),
        ...(closeAfter.length > 0 && { closeAfter }),
        greeting: () => ({
          event: "agent_network_connection" satisfies keyof AgentEvents,
          data: { status: "connected", session_id: sessionId },
        }),
      } satisfies ResponseOptions;
    };
    const response: AgentRoute["response"] = async (request, sessionId, options = {}) => {
      const given = checkedResponseOptions(options);
      const refusal = refusalOf("session", request.method, METHODS, sessionId);
      if (refusal !== undefined) return errorResponse(this.hub, refusal, request);
      return this.hub.response(request, reading(sessionId, given));
    };
    const attach: AgentRoute["attach"] = async (req, res, sessionId, options = {}) => {
      const given = checkedResponseOptions(options);
      const refusal = refusalOf("session", req.method, METHODS, sessionId);
      if (refusal !== undefined) return void writeError(this.hub, refusal, req, res);
      return this.hub.attach(req, res, reading(sessionId, given));
    };
    const GET: AgentRoute["GET"] = async (request, route) => {
      const { session_id, sessionId = session_id, id = sessionId } = Object(await route.params);
      return response(request, id);
    };
    return { response, attach, GET };
  }
}
