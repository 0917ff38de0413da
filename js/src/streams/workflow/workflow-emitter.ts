import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type AttachOptions,
  errorResponse,
  type Hub,
  type HubDocument,
  type PublishReceipt,
  reportHubError,
  type SSEStream,
  type StartFrom,
} from "../../server/hub-api.js";
import { requireFunction, requireKey } from "../../shared/arguments.js";
import { requireOneOf } from "../../shared/misspelt.js";
import { unreadBodyOf } from "../../shared/read-text.js";
import { changeOf } from "../../shared/workflow/change-of.js";
import { CHANGES, type WorkflowEvents, type WorkflowState } from "../../shared/workflow/events.js";
import { checkedResponseOptions, noSuch, refusalOf } from "../http/module-options.js";
import { writeError } from "../http/node-answer.js";
import { keepChannel } from "../keep-channel.js";
import { knownWorkflows, logChannel, stateChannel } from "./channels.js";
import { answerCommand, attachCommand, type CommandRoute } from "./command-route.js";
import type { CommandHandler } from "./commands.js";
import { checkedData, EMITTED, type Emitted, type EmittedData, endOf } from "./emitted.js";
import type { CheckedOptions, WorkflowResponseOptions } from "./options.js";
import type { WorkflowRecord } from "./workflow-record.js";
import type { WorkflowRecords } from "./workflow-records.js";

/** One event of a workflow, as listeners hear it. */
export type WorkflowEvent = {
  [Type in keyof WorkflowEvents]: { readonly type: Type; readonly data: WorkflowEvents[Type] };
}[keyof WorkflowEvents];

const LONGEST_NAME = 900;
const CLOSE_AGAIN_MS = 1000;
const METHODS = ["GET", "HEAD", "POST"];

/**
 * The progress of workflows, to any number of clients: each has a state, which who connects is sent first, then events that change it. See
 * {@link createWorkflowEmitter}.
 */
export class WorkflowEmitter {
  readonly hub: Hub;
  readonly #options: CheckedOptions;
  readonly #records: WorkflowRecords;

  /** @internal Use {@link createWorkflowEmitter}. */
  constructor(hub: Hub, options: CheckedOptions, records: WorkflowRecords) {
    this.hub = hub;
    this.#options = options;
    this.#records = records;
  }

  /**
   * Sends an event to all who follow the workflow, and changes its state accordingly. With `workflow:state` the data is the whole state, and what has
   * changed is found and sent. Gives the event's receipt; `null`: nothing has changed.
   *
   * @throws SSEError `INVALID_DATA`, with the name of what is wrong; what `hub.publish` throws. Nothing is sent then.
   * @example
   * emitter.emit("wf_1", "agent:progress", { agentName: "coder", message: "Compiling", level: "info" });
   */
  emit<Type extends Emitted>(workflowId: string, type: Type, data: EmittedData<Type>): PublishReceipt | null {
    requireKey("workflowId", workflowId);
    if (!EMITTED.includes(type)) requireOneOf("type", type, EMITTED);
    const checked = checkedData(type, data);
    if (type === "log:created") return this.hub.publish(logChannel(workflowId), { event: type, data: checked });
    const record = this.#recordOf(workflowId);
    if (type === "workflow:started") this.hub.flush(stateChannel(workflowId)); // of the run before
    const followBudget = () => this.#followBudget(workflowId, record, type, checked);
    const end = endOf(type, checked);
    if (end !== undefined) {
      this.#flush(workflowId); // what waits belongs before it, and so does what it means for the budget
      followBudget();
    }
    const receipt = this.#publish(workflowId, type, checked);
    if (end !== undefined) this.#closeLater(workflowId, record, end);
    else {
      followBudget();
      if (type === "workflow:started" || type === "workflow:state") record.begin();
    }
    return receipt;
  }

  /** What is known of the workflow; of one that another process or thread has begun, by its state. */
  #recordOf(workflowId: string): WorkflowRecord {
    const isKnown = this.#records.get(workflowId) !== undefined;
    const state = isKnown ? undefined : this.#document(workflowId).current();
    const record = this.#records.of(workflowId);
    if (state !== undefined) record.budget.restore(state);
    const end = state && endOf("workflow:state", state);
    if (end !== undefined) this.#closeLater(workflowId, record, end);
    return record;
  }

  #publish(workflowId: string, type: Emitted, data: object): PublishReceipt | null {
    const document = this.#document(workflowId);
    if (type === "workflow:state") return document.set({ ...data, workflowId } as WorkflowState);
    const change = changeOf(workflowId, type, data);
    if (change === undefined) return this.hub.publish(stateChannel(workflowId), { event: type, data });
    const throttleKey = type === "agent:progress" ? (data as { agentName: string }).agentName : undefined;
    const { patch, isWhole } = change;
    return document.patch(patch, {
      ...{ event: type, data },
      ...(throttleKey !== undefined && { throttleKey }),
      ...(isWhole && { isWhole }),
    });
  }

  #followBudget(workflowId: string, { budget }: WorkflowRecord, type: Emitted, data: Partial<WorkflowState>): void {
    if (type === "workflow:started" || type === "workflow:state") budget.reset(data);
    else if (type.startsWith("workflow:")) budget.note(data);
    for (const { type: event, data: use } of budget.take()) this.#tell(workflowId, event, use);
  }

  #closeLater(workflowId: string, record: WorkflowRecord, status: string): void {
    record.begin();
    record.ended = status;
    const { closeAfterMs } = this.#options;
    if (closeAfterMs !== Number.POSITIVE_INFINITY) this.#close(workflowId, record, closeAfterMs);
  }

  /** Ends the streams that there are then: also of clients that come later, which bring it about anew. */
  #close(workflowId: string, record: WorkflowRecord, afterMs: number): void {
    record.closing ??= setTimeout(() => {
      record.closing = undefined;
      this.#flush(workflowId);
      record.isClosed = this.#tell(workflowId, "workflow:closed", { status: record.ended });
      if (!record.isClosed) this.#close(workflowId, record, CLOSE_AGAIN_MS);
    }, afterMs);
    record.closing.unref?.();
  }

  /** A client was let in to a workflow whose streams were ended. */
  #closeForLate(workflowId: string): void {
    const record = this.#recordOf(workflowId);
    if (record.isClosed) this.#close(workflowId, record, 0);
  }

  /** An event that comes by itself; whether it was sent. What goes wrong is told to the hub's listeners. */
  #tell(workflowId: string, event: string, data: object): boolean {
    try {
      this.hub.publish(stateChannel(workflowId), { event, data });
      return true;
    } catch (error) {
      reportHubError(this.hub, error, [stateChannel(workflowId)]);
      return false;
    }
  }

  #flush(workflowId: string): void {
    this.hub.flush(logChannel(workflowId));
    this.hub.flush(stateChannel(workflowId));
  }

  /**
   * Calls the listener with every event of the workflow from now on, in this thread; returns what ends it. What it throws is told to the hub's `error`
   * listeners, and the others hear the event all the same.
   */
  subscribe(workflowId: string, listener: (event: WorkflowEvent) => void): () => void {
    requireKey("workflowId", workflowId);
    requireFunction("listener", listener);
    const channels = [stateChannel(workflowId), logChannel(workflowId)];
    const ends = channels.map((channel) =>
      this.hub.subscribe(channel, ({ event, data }) => listener({ type: event, data } as WorkflowEvent)),
    );
    const record = this.#recordOf(workflowId);
    record.listeners++;
    let isOver = false;
    return () => {
      for (const end of ends) end();
      if (!isOver) record.listeners--;
      isOver = true;
    };
  }

  /** The workflows that run: their state is known, and they have not ended. */
  async getActiveWorkflows(): Promise<string[]> {
    return knownWorkflows(this.hub).filter((id) => this.#recordOf(id).ended === undefined);
  }

  /** The state of a workflow; undefined: there is none. */
  async getState(workflowId: string): Promise<WorkflowState | undefined> {
    requireKey("workflowId", workflowId);
    return this.#document(workflowId).get();
  }

  /** Streams and listeners, in this process and thread, that follow the workflow. */
  getListenerCount(workflowId: string): number {
    requireKey("workflowId", workflowId);
    return this.hub.connectionCount(stateChannel(workflowId)) + (this.#records.get(workflowId)?.listeners ?? 0);
  }

  /**
   * A whole route handler: a stream of the workflow, the same as JSON for a poll, or with POST a command for {@link WorkflowEmitter.onCommand}.
   *
   * @example
   * export const GET = async (request: Request, { params }) => emitter.response(request, (await params).id);
   * export const POST = GET;
   */
  async response(request: Request, workflowId: string, options: WorkflowResponseOptions = {}): Promise<Response> {
    const given = checkedResponseOptions(options);
    const refusal = refusalOf("workflow", request.method, METHODS, workflowId);
    if (refusal !== undefined) return errorResponse(this.hub, refusal, request);
    if (request.method !== "POST") {
      const response = await this.hub.response(request, this.#reading(workflowId, given));
      this.#closeForLate(workflowId);
      return response;
    }
    return answerCommand(this.#commands(workflowId), request, () => unreadBodyOf(request), given);
  }

  /**
   * The same with Node's request and response. Gives the stream, which has ended already where the answer is none; undefined for a command. As with
   * `hub.attach`, the client is answered whatever happens, and the promise need not be waited for.
   */
  attach(
    req: IncomingMessage,
    res: ServerResponse,
    workflowId: string,
    options: WorkflowResponseOptions & Pick<AttachOptions, "handOver"> = {},
  ): Promise<SSEStream | undefined> {
    const attaching = this.#attach(req, res, workflowId, options);
    attaching.catch((error: unknown) => writeError(this.hub, error, req, res));
    return attaching;
  }

  async #attach(
    req: IncomingMessage,
    res: ServerResponse,
    workflowId: string,
    options: WorkflowResponseOptions & Pick<AttachOptions, "handOver">,
  ): Promise<SSEStream | undefined> {
    const given = checkedResponseOptions(options);
    const refusal = refusalOf("workflow", req.method, METHODS, workflowId);
    if (refusal !== undefined) return void writeError(this.hub, refusal, req, res);
    if (req.method !== "POST") {
      const stream = await this.hub.attach(req, res, this.#reading(workflowId, given));
      this.#closeForLate(workflowId);
      return stream;
    }
    await attachCommand(this.#commands(workflowId), req, res, given);
    return undefined;
  }

  /**
   * Calls the handler for commands of a workflow's clients, or, without an id, of those of all workflows; returns what ends it. See
   * {@link CommandHandler}. The state of a workflow that has a handler of its own stays, however long nothing happens.
   *
   * @example
   * emitter.onCommand("wf_1", (command) => (command === "cancel" ? job.cancel() : `There is no ${command} here`));
   */
  onCommand(...args: [workflowId: string, handler: CommandHandler] | [handler: CommandHandler]): () => void {
    const [workflowId, handler] = args.length === 1 ? [undefined, args[0]] : args;
    if (workflowId !== undefined) requireKey("workflowId", workflowId);
    requireFunction("handler", handler);
    const forget = this.#records.addHandler(workflowId, handler);
    if (workflowId === undefined) return forget;
    const ends = [stateChannel(workflowId), logChannel(workflowId)].map((channel) => keepChannel(this.hub, channel));
    return () => {
      forget();
      for (const end of ends) end();
    };
  }

  #reading<Options extends WorkflowResponseOptions>(workflowId: string, options: Options) {
    const { recentLogs } = this.#options;
    const { heartbeat = { everyMs: 15_000, comment: "heartbeat {n}" } } = options;
    return {
      ...options,
      heartbeat,
      channels: [stateChannel(workflowId), logChannel(workflowId)],
      from: (channel: string): StartFrom => (channel === logChannel(workflowId) ? { last: recentLogs } : "now"),
      closeAfter: "workflow:closed",
      greeting: `Connected to workflow ${workflowId.replace(/[\r\n\0]/g, " ").slice(0, LONGEST_NAME)}`,
      exists: () => this.#exists(workflowId),
    };
  }

  #commands(workflowId: string): CommandRoute {
    const handlers = () => this.#records.handlersOf(workflowId);
    const exists = () => this.#exists(workflowId);
    const tell = (event: string, data: object) => this.#tell(workflowId, event, data);
    return { hub: this.hub, workflowId, rules: this.#options, handlers, exists, tell };
  }

  async #exists(workflowId: string): Promise<boolean> {
    const { exists } = this.#options;
    const isThere: unknown = await (exists ? exists(workflowId) : this.#document(workflowId).exists());
    if (isThere !== true) throw noSuch("workflow");
    return true;
  }

  #document(workflowId: string): HubDocument<WorkflowState> {
    return this.hub.document<WorkflowState>(stateChannel(workflowId), {
      snapshotEvent: "workflow:state",
      patchEvent: "workflow:running",
      events: CHANGES,
      parts: { "agent:state": ["agents"] },
    });
  }
}
