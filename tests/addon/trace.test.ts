// Trace ids, and what OpenTelemetry sees of streams and events.

import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { type DataPoint, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { createHub, createSSEStream, type HubEvents, sseResponse } from "../../js/src/server/index.js";
import { traceParentOf } from "../../js/src/server/observe/trace.js";
import { attaching, until } from "./listening.js";
import { StreamReader } from "./reading.js";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const MADE_UP = /^[\da-f]{32}$/;

/** One that collects when it is told to. */
class TestReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

let count = 0;
const hubNow = () => createHub({ name: `trace ${++count}` });
const request = (headers: Record<string, string> = {}) => new Request("http://host/", { headers });

/** W3C Trace Context, section 3.2: https://www.w3.org/TR/trace-context/#traceparent-header */
test.each<[string, object | undefined]>([
  [`00-${TRACE}-${SPAN}-01`, { traceId: TRACE, spanId: SPAN, flags: 1 }],
  [` 00-${TRACE}-${SPAN}-00 `, { traceId: TRACE, spanId: SPAN, flags: 0 }],
  [`cc-${TRACE}-${SPAN}-01-what-the-future-brings`, { traceId: TRACE, spanId: SPAN, flags: 1 }],
  [`00-${TRACE}-${SPAN}-01-more`, undefined],
  [`ff-${TRACE}-${SPAN}-01`, undefined],
  [`00-${"0".repeat(32)}-${SPAN}-01`, undefined],
  [`00-${TRACE}-${"0".repeat(16)}-01`, undefined],
  [`00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined],
  [`00-${TRACE}x-${SPAN}-01`, undefined],
  [`00-${TRACE}-${SPAN}`, undefined],
  ["", undefined],
])("traceparent %j", (header, expected) => {
  expect(traceParentOf(request({ traceparent: header }))).toEqual(expected);
});

describe("the trace id of a stream", () => {
  const idOf = async (headers: Record<string, string>, options = {}) => {
    const hub = hubNow();
    const told = new Promise<HubEvents["connection"]>((resolve) => hub.on("connection", resolve));
    const response = await hub.response(request(headers), { channels: ["c"], ...options });
    await response.body?.cancel();
    expect((await told).traceId).toBe(response.headers.get("x-trace-id"));
    return response.headers.get("x-trace-id");
  };

  test("is that of the request, or the option's, or made up", async () => {
    const traceparent = `00-${TRACE}-${SPAN}-01`;
    expect(await idOf({ traceparent, "X-Trace-ID": "other" })).toBe(TRACE);
    expect(await idOf({ "X-Trace-ID": "req-1:a/b" })).toBe("req-1:a/b");
    expect(await idOf({ traceparent }, { traceId: "mine" })).toBe("mine");
    const madeUp = [await idOf({}), await idOf({})];
    for (const id of madeUp) expect(id).toMatch(MADE_UP);
    expect(madeUp[0]).not.toBe(madeUp[1]);
  });

  test.each(["x".repeat(129), "two words", "<script>", "ä", ""])("%j is none", async (id) => {
    expect(await idOf({ "X-Trace-ID": encodeURI(id) === id ? id : Buffer.from(id).toString("latin1") })).toMatch(
      MADE_UP,
    );
  });

  test("is the request's where the option is empty or cannot be sent", async () => {
    expect(await idOf({ "X-Trace-ID": "t1" }, { traceId: "" })).toBe("t1");
    const hub = hubNow();
    hub.on("error", () => {});
    const failed = await hub.response(request({ "X-Trace-ID": "t1" }), { channels: ["c"], traceId: "a\r\nb" });
    expect([failed.status, failed.headers.get("x-trace-id")]).toEqual([500, "t1"]);
  });

  test("is on every answer, and told of refusals", async () => {
    const hub = hubNow();
    const refused: (string | undefined)[] = [];
    hub.on("refused", ({ traceId }) => refused.push(traceId));
    const traceparent = `00-${TRACE}-${SPAN}-01`;
    const poll = await hub.response(request({ traceparent, Accept: "application/json" }), { channels: ["c"] });
    const forbidden = await hub.response(request({ traceparent }), { channels: ["c"], authorize: () => false });
    const { id } = hub.publish("c", { event: "done", data: 1 });
    const after = { traceparent, "Last-Event-ID": id as string };
    const options = { channels: ["c"], closeAfter: "done" };
    const ended = await hub.response(request(after), options);
    const endedPoll = await hub.response(request({ ...after, Accept: "application/json" }), options);
    const answers = [poll, forbidden, ended, endedPoll];
    expect(answers.map(({ status, headers }) => [status, headers.get("x-trace-id")])).toEqual([
      [200, TRACE],
      [403, TRACE],
      [204, TRACE],
      [204, TRACE],
    ]);
    expect(refused).toEqual([TRACE]);
  });

  test("goes through Node's server and through createSSEStream", async () => {
    const hub = hubNow();
    const server = await attaching(hub, { channels: ["c"] });
    const abort = new AbortController();
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01` };
    const response = await fetch(`http://127.0.0.1:${server.port}/`, { headers, signal: abort.signal });
    expect(response.headers.get("x-trace-id")).toBe(TRACE);
    abort.abort();
    await server.close();
    const own = sseResponse(createSSEStream({ request: request(headers) }));
    expect(own.headers.get("x-trace-id")).toBe(TRACE);
    await own.body?.cancel();
  });
});

describe("with OpenTelemetry", () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const reader = new TestReader();
  const contexts = new AsyncLocalStorageContextManager().enable();
  beforeAll(() => {
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(contexts);
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  });
  beforeEach(() => exporter.reset());
  afterAll(() => {
    trace.disable();
    context.disable();
    metrics.disable();
  });

  const spansNamed = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);

  test("request, stream and events are one trace, with the verdict and the reason of the end", async () => {
    const hub = hubNow();
    const { id } = hub.publish("c", { event: "e", data: 1 });
    const tracer = trace.getTracer("the application");
    await tracer.startActiveSpan("GET /events", async (span) => {
      const response = await hub.response(request({ "Last-Event-ID": id as string }), { channels: ["c"] });
      const reader = new StreamReader(response.body as ReadableStream<Uint8Array>);
      hub.publish("c", { event: "e", data: "secret" });
      await reader.untilEvents(1);
      await reader.cancel();
      expect(response.headers.get("x-trace-id")).toBe(span.spanContext().traceId);
      span.end();
    });
    await until(() => spansNamed("millrace.stream").length === 1);
    const [ofRequest] = spansNamed("GET /events");
    const [ofStream] = spansNamed("millrace.stream");
    expect(ofStream?.spanContext().traceId).toBe(ofRequest?.spanContext().traceId);
    expect(ofStream?.parentSpanContext?.spanId).toBe(ofRequest?.spanContext().spanId);
    expect(ofStream?.attributes).toMatchObject({
      "millrace.hub": hub.name,
      "millrace.channels": ["c"],
      "millrace.verdict": "continued",
      "millrace.close_reason": "disconnected",
      "millrace.events": 1,
    });
    expect(ofRequest?.events).toMatchObject([
      {
        name: "millrace.publish",
        attributes: { "millrace.channel": "c", "millrace.event": "e", "millrace.state": "sent" },
      },
    ]);
    expect(JSON.stringify([ofRequest?.events, ofStream?.attributes])).not.toContain("secret");
  });

  test("without a span of the application's, the traceparent is the parent", async () => {
    const hub = hubNow();
    const response = await hub.response(request({ traceparent: `00-${TRACE}-${SPAN}-01` }), { channels: ["c"] });
    await response.body?.cancel();
    await until(() => spansNamed("millrace.stream").length === 1);
    const [span] = spansNamed("millrace.stream");
    expect(span?.spanContext().traceId).toBe(TRACE);
    expect(span?.parentSpanContext).toMatchObject({ spanId: SPAN, isRemote: true });
    expect(response.headers.get("x-trace-id")).toBe(TRACE);
  });

  test("a meter gets the counters of every hub", async () => {
    const hub = hubNow();
    hub.publish("c", { event: "e", data: 1 });
    const { resourceMetrics } = await reader.collect();
    const found = resourceMetrics.scopeMetrics
      .filter(({ scope }) => scope.name === "millrace")
      .flatMap(({ metrics: all }) => all.filter(({ descriptor }) => descriptor.name === "millrace_events_published"))
      .flatMap(({ dataPoints }) => dataPoints as DataPoint<number>[])
      .find(({ attributes }) => attributes.hub === hub.name);
    expect(found).toMatchObject({ value: 1, attributes: { policy: "default" } });
  });

  test("the option counts before the span", async () => {
    const response = await hubNow().response(request(), { channels: ["c"], traceId: "mine" });
    expect(response.headers.get("x-trace-id")).toBe("mine");
    await response.body?.cancel();
  });

  test("a tracer that traces nothing leaves the request's id", async () => {
    trace.disable();
    try {
      const response = await hubNow().response(request({ "X-Trace-ID": "mine" }), { channels: ["c"] });
      expect(response.headers.get("x-trace-id")).toBe("mine");
      await response.body?.cancel();
    } finally {
      trace.setGlobalTracerProvider(provider);
    }
  });

  test("what the application has registered may throw: streams open, and end", async () => {
    trace.disable();
    const failing = () => {
      throw new Error("a tracer's own");
    };
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: failing, startActiveSpan: failing }) });
    try {
      const hub = hubNow();
      const response = await hub.response(request(), { channels: ["c"] });
      expect(response.status).toBe(200);
      await response.body?.cancel();
    } finally {
      trace.disable();
      trace.setGlobalTracerProvider(provider);
    }
  });
});
