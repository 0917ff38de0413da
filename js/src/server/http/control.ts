import type { IncomingMessage, ServerResponse } from "node:http";
import { requireFunction, requireObject, requireUser } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { isRecord } from "../../shared/is-record.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { nodeRequest } from "../../shared/node-request.js";
import { isFromAllowedOrigin } from "../../shared/origin.js";
import { readJson } from "../../shared/read-json.js";
import { type RequestBody, unreadBodyOf } from "../../shared/read-text.js";
import type { Authorize, AuthorizeContext } from "../access/authorize.js";
import { requireChosen } from "../access/chosen-channels.js";
import { connectionOf } from "../access/control-token.js";
import { checkOrigins, type OriginOptions } from "../access/own-pages.js";
import { remainingMs } from "../access/permission.js";
import { permit } from "../access/permit.js";
import type { RequestLike } from "../access/request-like.js";
import { environment } from "../lifecycle/environment.js";
import { unlessStoreFailed } from "../lifecycle/stored.js";
import { log } from "../observe/logger.js";
import { refuseJoin } from "../stream/join-channel.js";
import { requireExisting } from "../stream/opener.js";
import type { ResponseOptions } from "../stream/response-options.js";
import { errorResponse, writeResponse } from "./plain-handler.js";

/** Options of {@link Hub.control}. */
export interface ControlOptions extends OriginOptions {
  /** Asked whether the client may read the channels. Default: the hub's. */
  authorize?: Authorize;
  /** Of each answer: {@link corsHeaders}, for pages of other origins. */
  headers?: Record<string, string>;
  /** Whether there is what the channels stand for, as in the route's options. Default: there is. */
  exists?: ResponseOptions["exists"];
  /** Whose the stream is, as the route that opened it says; what `authorize` answers counts before it. */
  userId?: string;
}

const OPTIONS: Names<ControlOptions> = {
  headers: true,
  exists: true,
  authorize: true,
  userId: true,
  origins: true,
  trustProxy: true,
};
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
  const { authorize, userId, headers = {}, exists } = options;
  if (exists !== undefined) requireFunction("exists", exists);
  requireObject("headers", headers);
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
    const connection = connectionOf(hubName, stream);
    if (connection === undefined) throw notThere();
    // Who only leaves channels needs nothing but the token.
    if (join.length > 0) {
      await requireOwn(hubName, connection, { request, channels: join, userId }, authorize);
      await requireExisting(join, exists);
    }
    const hub = environment().hub(hubName);
    const outcome = unlessStoreFailed(hub, hub.update(connection, join, leave, true));
    if (outcome === "closed") throw notThere();
    refuseJoin(outcome);
    environment().schedule();
    log(hubName, "info", "stream reads other channels", {
      ...{ kind: "audit", streamId: `s${connection}`, join, leave },
    });
    return Response.json({ join, leave }, { headers: { "Cache-Control": "no-store", ...headers } });
  } catch (error) {
    const refusal = errorResponse({ name: hubName }, error, request, channels);
    for (const [name, value] of Object.entries(headers)) refusal.headers.set(name, value);
    return refusal;
  }
}

/**
 * Whether the stream is the client's, and it may read these channels.
 *
 * @throws SSEError `FORBIDDEN`, `NO_AUTHORIZER`, or what the authorizer throws.
 */
async function requireOwn(
  hubName: string,
  connection: number,
  context: AuthorizeContext,
  authorize: Authorize | undefined,
): Promise<void> {
  const permission = await permit(hubName, { ...context, isChosenByClient: true }, authorize);
  if (permission === undefined) {
    throw new SSEError("NO_AUTHORIZER", "A client may choose channels only where authorize is asked which it may read");
  }
  const hub = environment().hub(hubName);
  const user = hub.userOf(connection);
  if (user === null) throw notThere();
  if (user !== (permission.userId ?? "")) {
    throw new SSEError("FORBIDDEN", "This is no stream of this client's");
  }
  if (permission.expiresAt !== undefined) hub.expireBy(connection, remainingMs(permission.expiresAt));
}

/** Its client comes back then, with its channels: a signature of another process cannot be told from one that is made up. */
function notThere(): SSEError {
  return new SSEError("NOT_FOUND", "The stream has ended, or is another process's");
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
  const unknown = Object.keys(body).find((name) => !["stream", "join", "leave"].includes(name));
  if (unknown !== undefined)
    throw new SSEError("BAD_REQUEST", `The body has join and leave, and no ${unknown.slice(0, 50)}`);
  return {
    stream: body.stream,
    join: requireChosen("join", body.join ?? []),
    leave: requireChosen("leave", body.leave ?? []),
  };
}
