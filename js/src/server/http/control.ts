import type { IncomingMessage, ServerResponse } from "node:http";
import { requireFunction, requireObject, requireUser } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { isRecord } from "../../shared/is-record.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { isFromAllowedOrigin } from "../../shared/origin.js";
import { readJson } from "../../shared/read-json.js";
import { type RequestBody, unreadBodyOf } from "../../shared/read-text.js";
import type { Authorize } from "../access/authorize.js";
import { requireChosen } from "../access/chosen-channels.js";
import { connectionOf } from "../access/control-token.js";
import { checkOrigins, type OriginOptions } from "../access/own-pages.js";
import { permit } from "../access/permit.js";
import type { RequestLike } from "../access/request-like.js";
import { environment } from "../lifecycle/environment.js";
import { log } from "../observe/logger.js";
import { refuseJoin } from "../stream/join-channel.js";
import { nodeRequest } from "./node-request.js";
import { errorResponse, writeResponse } from "./plain-handler.js";

/** Options of {@link Hub.control}. */
export interface ControlOptions extends OriginOptions {
  /** Asked whether the client may read the channels. Default: the hub's. */
  authorize?: Authorize;
  /** Whose the stream is, as the route that opened it says; what `authorize` answers counts before it. */
  userId?: string;
}

const OPTIONS: Names<ControlOptions> = { authorize: true, userId: true, origins: true, trustProxy: true };
const MOST_BYTES = 64 * 1024;

/**
 * Answers a client that wants its stream to read other channels; see {@link Hub.control}.
 *
 * @throws TypeError for options of a wrong type.
 */
export async function answerControl(
  hubName: string,
  request: RequestLike,
  body: () => RequestBody,
  options: ControlOptions,
): Promise<Response> {
  requireObject("options", options);
  requireKnown("control", options, OPTIONS);
  const { authorize, userId } = options;
  if (authorize !== undefined) requireFunction("authorize", authorize);
  if (userId !== undefined) requireUser(userId);
  const origins = checkOrigins(options);
  let channels: readonly string[] = [];
  try {
    if (request.method !== "POST") throw new SSEError("BAD_REQUEST", "A stream is controlled by POST");
    if (!isFromAllowedOrigin(request, origins)) {
      throw new SSEError("FORBIDDEN", "Streams are controlled from pages of this server only");
    }
    const { stream, join, leave } = readControl(await readJson(body(), MOST_BYTES));
    channels = join;
    const context = { request, channels: join, userId, isChosenByClient: true };
    const permission = await permit(hubName, context, authorize);
    if (permission === undefined) {
      throw new SSEError(
        "NO_AUTHORIZER",
        "A client may choose channels only where authorize is asked which it may read",
      );
    }
    const connection = connectionOf(hubName, stream, permission.userId);
    if (connection === undefined) throw new SSEError("FORBIDDEN", "This is no stream of this client's");
    const outcome = environment().hub(hubName).update(connection, join, leave);
    if (outcome === "closed") throw new SSEError("NOT_FOUND", "The stream has ended, or is another process's");
    refuseJoin(outcome);
    environment().schedule();
    log(hubName, "info", "stream reads other channels", {
      ...{ kind: "audit", streamId: `s${connection}`, userId: permission.userId, join, leave },
    });
    return Response.json({ join, leave }, { headers: { "Cache-Control": "no-store" } });
  } catch (error) {
    return errorResponse({ name: hubName }, error, request, channels);
  }
}

/** The same with Node's request and response. */
export async function attachControl(
  hubName: string,
  req: IncomingMessage,
  res: ServerResponse,
  options: ControlOptions,
): Promise<void> {
  await writeResponse(await answerControl(hubName, nodeRequest(req), () => req, options), req, res);
}

/** `control` of a hub, by what it is given. */
export async function control(
  hubName: string,
  request: Request | IncomingMessage,
  second: unknown,
  third: ControlOptions | undefined,
): Promise<Response | undefined> {
  if (typeof (second as ServerResponse | undefined)?.writeHead !== "function") {
    const web = request as Request;
    return answerControl(hubName, web, () => unreadBodyOf(web), (second as ControlOptions | undefined) ?? {});
  }
  await attachControl(hubName, request as IncomingMessage, second as ServerResponse, third ?? {});
  return undefined;
}

function readControl(body: unknown): { stream: string; join: string[]; leave: string[] } {
  if (!isRecord(body) || typeof body.stream !== "string") {
    throw new SSEError("BAD_REQUEST", 'The body must be JSON: { "stream": "…", "join": ["a"], "leave": ["b"] }');
  }
  return {
    stream: body.stream,
    join: requireChosen("join", body.join ?? []),
    leave: requireChosen("leave", body.leave ?? []),
  };
}
