/**
 * What `millrace` is where there is no Node (the edge runtime of Next.js, workers): it can be imported there, by a module that
 * others share, and says at the first use what is wrong.
 *
 * @packageDocumentation
 */
import { agentSchemas } from "../shared/agents/schemas.js";
import { SSEError } from "../shared/errors.js";
import { LOG_LEVELS } from "../shared/logs/record.js";
import { workflowSchemas } from "../shared/workflow/schemas.js";
import { SourceError } from "../streams/sources/source-error.js";
import { policies } from "./hub/presets.js";
import type * as server from "./index.js";

export { agentSchemas, LOG_LEVELS, policies, SourceError, SSEError, workflowSchemas };

type Stubs = {
  readonly [Name in Exclude<
    keyof typeof server,
    "LOG_LEVELS" | "SourceError" | "agentSchemas" | "SSEError" | "policies" | "workflowSchemas"
  >]: () => never;
};

const stub = (name: string) => (): never => {
  throw new SSEError(
    "UNSUPPORTED_RUNTIME",
    `${name} of millrace needs Node, and this is another runtime. In Next.js remove \`export const runtime = "edge"\` from the ` +
      'route, or write "nodejs" there; elsewhere run this code in Node 20.9 or newer',
  );
};

export const {
  addPolicies,
  attachAnswerStream,
  attachChatStream,
  authorizeRequest,
  broadcast,
  contentHandler,
  corsHeaders,
  createAgentNetwork,
  createAnswerStream,
  createChat,
  createChatStream,
  createHub,
  createLogEmitter,
  createSSEProxy,
  createSSEStream,
  createWorkflowEmitter,
  declareOptions,
  documentKeys,
  drainOnSignal,
  errorResponse,
  fileContentStore,
  fromAnthropic,
  fromOpenAI,
  fromUIMessageStream,
  getConnectionCount,
  getConnectionKeys,
  hasStore,
  hasStored,
  historyContentStore,
  isFromAllowedOrigin,
  lifeOf,
  memoryContentStore,
  metricsHandler,
  permitRequest,
  readChannel,
  readEventStream,
  refusalResponse,
  registerConnection,
  registerMetrics,
  reportHubError,
  sanitizeMessage,
  sessionAuthorizer,
  sseResponse,
  unregisterConnection,
}: Stubs = {
  addPolicies: stub("addPolicies"),
  attachAnswerStream: stub("attachAnswerStream"),
  attachChatStream: stub("attachChatStream"),
  authorizeRequest: stub("authorizeRequest"),
  broadcast: stub("broadcast"),
  contentHandler: stub("contentHandler"),
  corsHeaders: stub("corsHeaders"),
  createAgentNetwork: stub("createAgentNetwork"),
  createAnswerStream: stub("createAnswerStream"),
  createChat: stub("createChat"),
  createChatStream: stub("createChatStream"),
  createHub: stub("createHub"),
  createLogEmitter: stub("createLogEmitter"),
  createSSEProxy: stub("createSSEProxy"),
  createSSEStream: stub("createSSEStream"),
  createWorkflowEmitter: stub("createWorkflowEmitter"),
  declareOptions: stub("declareOptions"),
  documentKeys: stub("documentKeys"),
  drainOnSignal: stub("drainOnSignal"),
  errorResponse: stub("errorResponse"),
  fileContentStore: stub("fileContentStore"),
  fromAnthropic: stub("fromAnthropic"),
  fromOpenAI: stub("fromOpenAI"),
  fromUIMessageStream: stub("fromUIMessageStream"),
  getConnectionCount: stub("getConnectionCount"),
  getConnectionKeys: stub("getConnectionKeys"),
  hasStore: stub("hasStore"),
  hasStored: stub("hasStored"),
  historyContentStore: stub("historyContentStore"),
  isFromAllowedOrigin: stub("isFromAllowedOrigin"),
  lifeOf: stub("lifeOf"),
  memoryContentStore: stub("memoryContentStore"),
  metricsHandler: stub("metricsHandler"),
  permitRequest: stub("permitRequest"),
  readChannel: stub("readChannel"),
  readEventStream: stub("readEventStream"),
  refusalResponse: stub("refusalResponse"),
  registerConnection: stub("registerConnection"),
  registerMetrics: stub("registerMetrics"),
  reportHubError: stub("reportHubError"),
  sanitizeMessage: stub("sanitizeMessage"),
  sessionAuthorizer: stub("sessionAuthorizer"),
  sseResponse: stub("sseResponse"),
  unregisterConnection: stub("unregisterConnection"),
};
