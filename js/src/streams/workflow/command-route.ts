import type { IncomingMessage, ServerResponse } from "node:http";
import { authorizeRequest, errorResponse, type Hub, type RequestLike, reportHubError } from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import { nodeRequest } from "../../shared/node-request.js";
import { isFromAllowedOrigin, type OriginRules } from "../../shared/origin.js";
import { type RequestBody, readText } from "../../shared/read-text.js";
import { writeAnswer } from "../http/node-answer.js";
import { logChannel, stateChannel } from "./channels.js";
import { type CommandContext, type CommandHandler, type CommandOutcome, readCommand, runCommand } from "./commands.js";
import type { WorkflowResponseOptions } from "./options.js";

/** Where the commands of a workflow go. */
export interface CommandRoute {
  readonly hub: Hub;
  readonly workflowId: string;
  readonly rules: OriginRules & { readonly commandTimeoutMs: number };
  readonly handlers: () => readonly CommandHandler[];
  /** Tells all who follow the workflow. Never throws. */
  readonly tell: (event: string, data: object) => unknown;
  /** Throws where there is no such workflow. */
  readonly exists: () => Promise<unknown>;
}

const MOST_BYTES = 64 * 1024;

/** Answers a command: 202 where it was accepted, 409 where it was refused; all who follow the workflow are told. */
export async function answerCommand(
  route: CommandRoute,
  request: RequestLike,
  body: () => RequestBody,
  { authorize, userId }: WorkflowResponseOptions,
): Promise<Response> {
  const { hub, workflowId } = route;
  const channels = [stateChannel(workflowId), logChannel(workflowId)];
  try {
    if (!isFromAllowedOrigin(request, route.rules)) {
      throw new SSEError("FORBIDDEN", "Commands are taken from pages of this server only");
    }
    const user = await authorizeRequest(hub, request, {
      channels,
      ...(userId !== undefined && { userId }),
      ...(authorize !== undefined && { authorize }),
    });
    await route.exists();
    const text = await readText(body(), MOST_BYTES);
    if (text === undefined) throw new SSEError("BAD_REQUEST", `A command has at most ${MOST_BYTES} bytes`);
    const given = readCommand(text);
    if (given === undefined) throw new SSEError("BAD_REQUEST", 'The body must be JSON: { "command": "pause" }');
    const { command, commandId, data } = given;
    const outcome = await run(route, command, { workflowId, commandId, data, userId: user, request });
    const event = outcome.isAccepted ? "command:accepted" : "command:refused";
    const answer = { command, commandId, ...(!outcome.isAccepted && { reason: outcome.reason }) };
    route.tell(event, answer);
    return Response.json(answer, { status: outcome.isAccepted ? 202 : 409, headers: { "Cache-Control": "no-store" } });
  } catch (error) {
    return errorResponse(hub, error, request, channels);
  }
}

/** The same with Node's request and response. */
export async function attachCommand(
  route: CommandRoute,
  req: IncomingMessage,
  res: ServerResponse,
  options: WorkflowResponseOptions,
): Promise<void> {
  await writeAnswer(await answerCommand(route, nodeRequest(req), () => req, options), res);
}

async function run(
  { hub, workflowId, rules, handlers }: CommandRoute,
  command: string,
  context: Omit<CommandContext, "signal">,
): Promise<CommandOutcome> {
  try {
    return await runCommand(handlers(), command, context, rules.commandTimeoutMs);
  } catch (error) {
    reportHubError(hub, error, [stateChannel(workflowId)]);
    return { isAccepted: false, reason: "It has failed" };
  }
}
