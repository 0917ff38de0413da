import { requireFunction, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { RequestLike } from "../access/request-like.js";
import { prefersOpenMetrics } from "../http/accept.js";
import { type PlainHandler, requireAllowed, toPlainHandler } from "../http/plain-handler.js";
import type { Hub } from "../hub/hub.js";
import type { EventMap } from "../hub/hub-types.js";
import { familiesOf } from "../observe/families.js";
import { CONTENT_TYPES, toMetricsText } from "./prometheus-text.js";
import { requireHub } from "./require-hub.js";

/** Options of {@link metricsHandler}. */
export interface MetricsHandlerOptions {
  /**
   * Says whether the request may see the metrics. `false`, or any other answer than `true`, is answered 403; it may throw an SSEError
   * `UNAUTHENTICATED` or `FORBIDDEN`. Without it everybody may in development, and nobody in production (503 `NO_AUTHORIZER`).
   */
  authorize?: (request: RequestLike) => boolean | Promise<boolean>;
}

const OPTIONS: Names<MetricsHandlerOptions> = { authorize: true };

/**
 * A handler that answers with the hub's metrics: in Prometheus' text format, or in OpenMetrics where the request's `Accept` likes it at
 * least as well. It takes a web Request, as route handlers of Next.js do, or Node's request and response. All metrics have the labels
 * `hub` and, where they are of channels, `policy`; none has one for each channel or user.
 *
 * @example
 * // app/metrics/route.ts
 * export const GET = metricsHandler(hub, {
 *   authorize: (request) => {
 *     const token = process.env.METRICS_TOKEN; // where it is not set, nobody is let in
 *     return token !== undefined && request.headers.get("authorization") === `Bearer ${token}`;
 *   },
 * });
 */
export function metricsHandler<Events extends EventMap>(
  hub: Hub<Events>,
  options: MetricsHandlerOptions = {},
): PlainHandler {
  requireHub("metricsHandler", hub);
  requireObject("options", options);
  requireKnown("metricsHandler", options, OPTIONS);
  const { authorize } = options;
  if (authorize !== undefined) requireFunction("authorize", authorize);
  return toPlainHandler(
    () => hub.name,
    async (request) => {
      await requireAllowed("metricsHandler", hub.name, authorize && (() => authorize(request)));
      const format = prefersOpenMetrics(request.headers.get("accept")) ? "openmetrics" : "prometheus";
      const headers = { "Content-Type": CONTENT_TYPES[format], "Cache-Control": "no-store", Vary: "Accept" };
      return new Response(toMetricsText(familiesOf(hub.name), format), { headers });
    },
  );
}
