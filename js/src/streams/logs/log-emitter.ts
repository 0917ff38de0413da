import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type AttachOptions,
  type AuthorizeContext,
  authorizeRequest,
  errorResponse,
  type Hub,
  type PublishReceipt,
  type RequestLike,
  type ResponseOptions,
  reportHubError,
  type SSEStream,
} from "../../server/hub-api.js";
import { requireFunction, requireKey, requireObject, requireString } from "../../shared/arguments.js";
import type { LogConnected, LogLevel, LogRecord } from "../../shared/logs/record.js";
import { nodeRequest } from "../../shared/node-request.js";
import { checkedResponseOptions, type ModuleResponseOptions, noSuch, refusalOf } from "../http/module-options.js";
import { writeError } from "../http/node-answer.js";
import type { HubLogOptions } from "./hub-log-options.js";
import {
  checkedName,
  type OperationMessages,
  type RunningOperation,
  runOperation,
  type WriteLog,
} from "./operation.js";
import { labelOf, requestedLabels } from "./requested-labels.js";
import { roomChannel } from "./room-channel.js";
import { limitsOf } from "./room-policy.js";
import { type GivenLog, type LogMetadata, messageOf, plain, plainMetadata, toRecord } from "./to-record.js";
import { warnIfVague } from "./vague-warnings.js";

const METHODS = ["GET", "HEAD"];
const HEARTBEAT = {
  everyMs: 30_000,
  event: "heartbeat",
  data: { count: "{n}", uptimeSeconds: "{uptimeSeconds}" },
} as const;

/** The logs of rooms, to any number of clients. See {@link createLogEmitter}. */
export class LogEmitter<AgentType extends string = string> {
  readonly hub: Hub;
  readonly #all: HubLogOptions;

  /** @internal Use {@link createLogEmitter}. */
  constructor(hub: Hub, all: HubLogOptions) {
    this.hub = hub;
    this.#all = all;
  }

  /**
   * Sends a record to all who follow the room. `userId`, `roomId`, `duration` and `error` in the metadata become members of the record itself. Gives the event's
   * receipt: a record may wait for the rate, or become one with similar ones.
   *
   * @throws SSEError `INVALID_DATA`, with the name of the field and what is allowed; what `hub.publish` throws. Nothing is sent then.
   * @example
   * logs.emitLog(roomId, "story", "success", "Story generated", { duration: 2500, storyLength: 1200 });
   */
  emitLog(
    roomId: string,
    agentType: AgentType,
    level: LogLevel,
    message: string,
    metadata?: LogMetadata,
  ): PublishReceipt {
    return this.#emit({ roomId, agentType, level, message, metadata });
  }

  /** @param throttleKey - one of its own has a record leave in its order, and not become one with similar ones. */
  #emit({ roomId, agentType, level, message, metadata }: GivenLog, throttleKey?: string): PublishReceipt {
    requireKey("roomId", roomId);
    if (this.#all.checked.warnOfVague && message !== "") warnIfVague(message);
    const data = toRecord(roomId, plain(agentType), plain(level), plain(message), metadata);
    const isLabelled = typeof agentType === "string" && typeof level === "string";
    return this.hub.publish(roomChannel(roomId), {
      event: "log",
      data,
      ...(isLabelled && { label: labelOf(agentType, level) }),
      ...(throttleKey !== undefined && { throttleKey }),
    });
  }

  /**
   * Does some work, and writes records of its start, of its progress while it lasts, and of its success, with how long it took, or its failure, with the sanitised
   * error. Gives what the work gives, and throws what it throws.
   *
   * @param name - what is done, to follow the word "Starting": `"story generation"`; or words of your own for each record.
   * @throws as `emitLog`, where the first record is refused: the work is not begun then.
   * @example
   * const story = await logs.operation(roomId, "story", "story generation", () => generate(prompt));
   * // Starting story generation · Story generation completed (2.5s)
   */
  async operation<Result>(
    roomId: string,
    agentType: AgentType,
    name: string | OperationMessages<Result>,
    run: (operation: RunningOperation) => Result | Promise<Result>,
  ): Promise<Result> {
    requireFunction("run", run);
    const write: WriteLog = (level, message, metadata, progress) => {
      const key = progress === undefined ? undefined : `progress ${progress}`;
      this.#emit({ roomId, agentType, level, message, metadata }, key);
    };
    const failed = (error: unknown) => reportHubError(this.hub, error, channelsOf(roomId)); // the work itself goes on
    return runOperation(checkedName(name), run, { write, failed }, this.#all.checked.progressEveryMs);
  }

  /**
   * A `warn` record: something else is done instead.
   *
   * @example
   * logs.fallback(roomId, "story", "GPT-4", "the local model", error); // Falling back from GPT-4 to the local model: rate limit exceeded
   */
  fallback(
    roomId: string,
    agentType: AgentType,
    from: string,
    to: string,
    reason?: unknown,
    metadata?: LogMetadata,
  ): PublishReceipt {
    requireString("from", from);
    requireString("to", to);
    const why = messageOf(reason);
    const message = `Falling back from ${from} to ${to}${why && `: ${why}`}`;
    return this.emitLog(roomId, agentType, "warn", message, {
      ...plainMetadata(metadata),
      from,
      to,
      ...(why && { error: why }),
    });
  }

  /**
   * An `info` record: something is in another state.
   *
   * @example
   * logs.stateChange(roomId, "orchestrator", "Room", "idle", "running"); // Room changed from idle to running
   */
  stateChange(
    roomId: string,
    agentType: AgentType,
    what: string,
    from: string,
    to: string,
    metadata?: LogMetadata,
  ): PublishReceipt {
    requireString("what", what);
    requireString("from", from);
    requireString("to", to);
    return this.emitLog(roomId, agentType, "info", `${what} changed from ${from} to ${to}`, {
      ...plainMetadata(metadata),
      from,
      to,
    });
  }

  /** Calls the listener with every record of the room from now on, in this thread; returns what ends it. */
  subscribe(roomId: string, listener: (record: LogRecord) => void): () => void {
    requireKey("roomId", roomId);
    requireFunction("listener", listener);
    return this.hub.subscribe(roomChannel(roomId), ({ data }) => listener(data as LogRecord));
  }

  /** Streams, in this process, that follow the room. */
  getConnectionCount(roomId: string): number {
    requireKey("roomId", roomId);
    return this.hub.connectionCount(roomChannel(roomId));
  }

  /**
   * A whole route handler: a stream of the room's log, or the same as JSON for a poll. The query's `levels` and `agents` choose records:
   * `?levels=warn,error&agents=story`.
   *
   * @example
   * export const GET = async (request: Request, { params }) => logs.response(request, (await params).roomId);
   */
  async response(request: Request, roomId: string, options: ModuleResponseOptions = {}): Promise<Response> {
    const given = checkedResponseOptions(options);
    requireObject("request", request);
    let reading: ResponseOptions;
    try {
      reading = await this.#reading(request, roomId, given);
    } catch (error) {
      return errorResponse(this.hub, error, request, channelsOf(roomId));
    }
    return this.hub.response(request, reading);
  }

  /**
   * The same with Node's request and response. Gives the stream, which has ended already where the answer is none. As with `hub.attach`, the client is answered
   * whatever happens, and the promise need not be waited for.
   */
  attach(
    req: IncomingMessage,
    res: ServerResponse,
    roomId: string,
    options: ModuleResponseOptions & Pick<AttachOptions, "handOver"> = {},
  ): Promise<SSEStream | undefined> {
    const attaching = this.#attach(req, res, roomId, options);
    attaching.catch((error: unknown) => writeError(this.hub, error, req, res));
    return attaching;
  }

  async #attach(
    req: IncomingMessage,
    res: ServerResponse,
    roomId: string,
    options: ModuleResponseOptions & Pick<AttachOptions, "handOver">,
  ): Promise<SSEStream | undefined> {
    const given = checkedResponseOptions(options);
    let reading: AttachOptions;
    try {
      reading = await this.#reading(nodeRequest(req), roomId, given);
    } catch (error) {
      return void writeError(this.hub, error, req, res);
    }
    return this.hub.attach(req, res, reading);
  }

  /** @throws SSEError where the request cannot be answered. */
  async #reading<Options extends ModuleResponseOptions>(request: RequestLike, roomId: string, options: Options) {
    const refusal = refusalOf("room", request.method, METHODS, roomId);
    if (refusal !== undefined) throw refusal;
    const { agentTypes, recentLogs, authorize, exists } = this.#all.checked;
    const asking = authorize && { authorize: (context: AuthorizeContext) => authorize({ ...context, roomId }) };
    const reading = { heartbeat: HEARTBEAT, ...asking, ...options, channels: channelsOf(roomId) };
    return {
      ...reading,
      from: { last: recentLogs },
      greeting: ({ streamId }: { readonly streamId: string }) => ({
        event: "connected",
        data: { roomId, connectionId: streamId, limits: limitsOf(this.#all.policy) } satisfies LogConnected,
      }),
      ...(await this.#labels(request, agentTypes, reading)),
      ...(exists && { exists: () => existing(exists(roomId)) }),
    };
  }

  /** What a client asks for in vain is told only to who is let in: it names who writes. */
  async #labels(
    request: RequestLike,
    agentTypes: readonly string[],
    { channels, authorize, userId }: Pick<ResponseOptions, "channels" | "authorize" | "userId">,
  ): Promise<{ readonly labels?: readonly string[] }> {
    try {
      const labels = requestedLabels(request, agentTypes);
      return labels === undefined ? {} : { labels };
    } catch (error) {
      await authorizeRequest(this.hub, request, {
        channels,
        ...(authorize && { authorize }),
        ...(userId !== undefined && { userId }),
      });
      throw error;
    }
  }
}

function channelsOf(roomId: string): string[] {
  return [roomChannel(String(roomId))];
}

async function existing(isThere: boolean | Promise<boolean>): Promise<boolean> {
  if ((await isThere) !== true) throw noSuch("room");
  return true;
}
