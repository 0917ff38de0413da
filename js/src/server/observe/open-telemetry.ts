import type { Attributes, Context, Span, TracerProvider } from "@opentelemetry/api";
import { environment } from "../lifecycle/environment.js";
import { runGuarded } from "./guarded.js";
import { exportMetrics } from "./open-telemetry-metrics.js";
import { isTraceId, type TraceParent } from "./trace.js";

type Api = typeof import("@opentelemetry/api");

/** Under this name `@opentelemetry/api` keeps what the application has registered with it, for all copies of that package. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");
const SCOPE = "millrace";
// Of its enumerations TraceFlags and SpanStatusCode, which not every way to import the package has.
const SAMPLED = 1;
const STATUS_ERROR = 2;

interface Loading {
  /** Whose meter has the hubs' metrics. */
  meters: unknown;
  api: Api | undefined;
  isAsked: boolean;
  isLoading: boolean;
  done: Promise<void>;
}

let known: Loading | undefined;

/** One a thread, which this copy of the module remembers: every publication asks. */
function loading(): Loading {
  known ??= environment().state(
    "open telemetry",
    (): Loading => ({ meters: undefined, api: undefined, isAsked: false, isLoading: false, done: Promise.resolve() }),
  );
  return known;
}

/**
 * The package, where the application uses it: it has registered something, and the package can be loaded. It is loaded at the first
 * call that finds so; until then there is none, and {@link openTelemetryLoading} waits for that.
 */
function api(): Api | undefined {
  const state = loading();
  if (state.api === undefined && !state.isAsked && REGISTERED in globalThis) {
    state.isAsked = state.isLoading = true;
    const name = "@opentelemetry/api"; // not literally: bundlers would look for a package that need not be there
    state.done = import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name).then(
      (loaded) => {
        state.isLoading = false;
        state.api = (loaded.trace === undefined ? loaded.default : loaded) as Api;
      },
      () => {
        state.isLoading = false;
      },
    );
  }
  return state.api;
}

/** Resolves when what the application has registered can be used; undefined: it can be, or there is nothing. */
export function openTelemetryLoading(): Promise<void> | undefined {
  return api() === undefined && loading().isLoading ? loading().done : undefined;
}

/** The span of a stream. */
export interface StreamSpan {
  readonly traceId: string;
  end(attributes: Attributes, failure: string | undefined): void;
}

/**
 * Begins the span of a stream: below the span that is active, or else below that which the request's `traceparent` names. Undefined where
 * the application does not use OpenTelemetry.
 */
export function startStreamSpan(parent: TraceParent | undefined, attributes: Attributes): StreamSpan | undefined {
  const otel = api();
  if (otel === undefined) return undefined;
  try {
    const tracer = (otel.trace as unknown as TracerProvider).getTracer(SCOPE);
    guarded(() => exportMetricsOnce(otel));
    const span = tracer.startSpan("millrace.stream", { attributes }, contextFor(otel, parent));
    if (!isTraceId(span.spanContext().traceId)) {
      span.end(); // no tracer is registered, or none that traces
      return undefined;
    }
    return { traceId: span.spanContext().traceId, end: endOf(span) };
  } catch {
    return undefined; // whatever the application has registered, streams open
  }
}

/** What is registered later takes the place of what was there, and has nothing yet. */
function exportMetricsOnce({ metrics }: Api): void {
  const provider = metrics.getMeterProvider();
  if (loading().meters === provider) return;
  loading().meters = provider;
  exportMetrics(provider.getMeter(SCOPE));
}

function contextFor({ context, trace }: Api, parent: TraceParent | undefined): Context {
  const active = context.active();
  if (parent === undefined || trace.getSpan(active) !== undefined) return active;
  const { traceId, spanId, flags } = parent;
  const traceFlags = flags & SAMPLED;
  return trace.setSpanContext(active, { traceId, spanId, traceFlags, isRemote: true });
}

function endOf(span: Span): StreamSpan["end"] {
  return (attributes, failure) => {
    for (const doing of [
      () => span.setAttributes(attributes),
      () => failure !== undefined && span.setStatus({ code: STATUS_ERROR, message: failure }),
      () => span.end(),
    ]) {
      guarded(doing);
    }
  };
}

/** Notes on the span that is active that an event was published; its data is not told. */
export function notePublished(attributes: () => Attributes): void {
  const otel = api();
  if (otel === undefined) return;
  guarded(() => {
    const span = otel.trace.getSpan(otel.context.active());
    if (span?.isRecording()) span.addEvent("millrace.publish", attributes());
  });
}

/** What the application has registered may throw; nothing of ours fails by it. */
function guarded(doing: () => unknown): void {
  runGuarded(doing, () => {}); // it is its own to tell
}
