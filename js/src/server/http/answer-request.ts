import { isSSEError, SSEError } from "../../shared/errors.js";
import { isRefusal } from "../../shared/refusals.js";
import { CHANNELS_HEADER, CONTROL_HEADER } from "../../shared/stream-control.js";
import { withoutUndefined } from "../../shared/without-undefined.js";
import { controlToken } from "../access/control-token.js";
import type { RequestLike } from "../access/request-like.js";
import { sanitizeMessage } from "../content/sanitize.js";
import { environment } from "../lifecycle/environment.js";
import { exposesErrors } from "../observe/exposure.js";
import { emitHubEvent } from "../observe/hub-events.js";
import { isLogged, log } from "../observe/logger.js";
import { openTelemetryLoading } from "../observe/open-telemetry.js";
import { readable } from "../observe/readable-error.js";
import { countRefused } from "../observe/refusals.js";
import { reportFailure } from "../observe/user-code-error.js";
import { ensureWatched } from "../observe/watching.js";
import { streamDefaults } from "../stream/defaults.js";
import type { HubStream } from "../stream/hub-stream.js";
import { type Opened, openStream } from "../stream/opener.js";
import type { ResponseOptions } from "../stream/response-options.js";
import { acceptsEventStream, acceptsGzip, prefersJson } from "./accept.js";
import { headerOf, traceIdFor } from "./answer-trace.js";
import { releaseAtEnd } from "./claim-socket.js";
import type { Exchange } from "./exchange.js";
import { headersBeside, headersOf, streamHeaders } from "./headers.js";
import { answerPoll } from "./poll.js";
import { failureAnswer } from "./refusal.js";

/**
 * Answers a request with a stream that reads the channels, a poll, or a refusal, and tells the hub's listeners. Never rejects.
 *
 * @param options - which were checked.
 */
export async function answerRequest<Answer>(
  hubName: string,
  exchange: Exchange<Answer>,
  options: ResponseOptions,
): Promise<Answer> {
  const { request } = exchange;
  let release = () => {};
  let stream: HubStream | undefined;
  try {
    if (prefersJson(request.headers.get("accept"))) return await answerPoll(hubName, exchange, options);
    const loading = openTelemetryLoading();
    if (loading !== undefined) await loading; // the first streams have spans, too
    release = exchange.claim();
    requireAcceptable(request);
    const how = { ...streamDefaults(hubName, options.channels), ...withoutUndefined(options) };
    const opened = await openStream(hubName, request, options, how, isCompressed(exchange, how.compress));
    if (opened === "gone") {
      release();
      return await exchange.gone();
    }
    if (opened === "complete") {
      release();
      return await exchange.answer({
        status: 204,
        headers: headersBeside({ "X-Trace-ID": traceIdFor(request, options) }, options.headers, exchange.vary),
        body: null,
        reason: "completed",
      });
    }
    stream = opened.stream;
    if (!stream.hasEnded) {
      stream.announce({
        channels: opened.channels,
        userId: opened.userId,
        request,
        ownTraceId: options.traceId || undefined,
      });
    }
    releaseAtEnd(stream, release);
    const usual = { ...headersOf(stream, exchange.vary), ...controlHeaders(hubName, opened) };
    return await exchange.stream(stream, streamHeaders(usual, options.headers));
  } catch (thrown) {
    release();
    stream?.abandon("refused");
    return answerFailure(hubName, exchange, readable(thrown), options);
  }
}

/** Answers with the error, and tells the hub's listeners. */
export function answerFailure<Answer>(
  hubName: string,
  exchange: Exchange<Answer>,
  error: unknown,
  options: Partial<ResponseOptions> | undefined,
): Answer | Promise<Answer> {
  const accept = headerOf(exchange.request, "accept");
  const traceId = traceIdFor(exchange.request, options);
  const retryMs = () => environment().hub(hubName).nextRetry();
  const answer = exchange.refuse(
    failureAnswer(error, {
      accept,
      retryMs,
      headers: options?.headers,
      vary: exchange.vary,
      isExposed: exposesErrors(hubName),
      traceId,
    }),
  );
  countRefused("stream", hubName, error, options?.channels?.[0]);
  tellFailure(hubName, error, options?.channels ?? [], traceId);
  return answer;
}

/** Tells the hub's listeners that a request was refused, or could not be answered. */
export function tellFailure(
  hubName: string,
  error: unknown,
  channels: readonly string[],
  traceId: string | undefined,
): void {
  if (isSSEError(error) && isRefusal(error)) {
    const { code, category } = error;
    emitHubEvent(hubName, "refused", { code, channels, error, traceId });
    if (isLogged(hubName, "warn")) ensureWatched(hubName); // nobody may ever be let in
    const isAudited = category === "authentication" || code === "TIMED_OUT"; // who decides has not
    log(hubName, isAudited ? "warn" : "debug", "request refused", {
      ...(isAudited && { kind: "audit" }),
      why: sanitizeMessage(error.message),
      ...(error.cause instanceof Error && { cause: sanitizeMessage(error.cause.message) }),
      code,
      category,
      channels,
      traceId,
    });
  } else {
    reportFailure(hubName, error, channels, traceId);
  }
}

/** By which its client has a stream read other channels, where it may. */
function controlHeaders(hubName: string, { stream, chosen }: Opened): Record<string, string> {
  if (chosen === undefined) return {};
  return {
    [CONTROL_HEADER]: controlToken(hubName, stream.connection),
    [CHANNELS_HEADER]: chosen.map(encodeURIComponent).join(),
  };
}

/** Whether a stream is compressed: it was asked for, the client accepts it, and the server lets the answer say so. */
export function isCompressed(
  { request, mayCompress }: { readonly request: RequestLike | undefined; readonly mayCompress: boolean },
  compress: boolean | undefined,
): boolean {
  return compress === true && mayCompress && acceptsGzip(request?.headers.get("accept-encoding") ?? null);
}

function requireAcceptable(request: RequestLike): void {
  if (acceptsEventStream(request.headers.get("accept"))) return;
  throw new SSEError(
    "NOT_ACCEPTABLE",
    "This address answers with text/event-stream or application/json, and the request accepts neither",
  );
}
