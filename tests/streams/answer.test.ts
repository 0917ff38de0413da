// Answers: read once from their source, kept, continued where a client was cut, capped, abandoned, stopped.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type AnswerStreamOptions,
  attachAnswerStream,
  createAnswerStream,
  createHub,
} from "../../js/src/server/index.js";
import { ANSWERS } from "../../js/src/streams/answer/answer-events.js";
import { AnswerLog } from "../../js/src/streams/answer/log/answer-log.js";
import { until } from "../addon/listening.js";
import { StreamReader } from "../addon/reading.js";

let count = 0;
const ID = "answer-0001";
const newHub = () => createHub({ name: `answers ${++count}` });
type TestHub = ReturnType<typeof newHub>;
type Options = Partial<AnswerStreamOptions>;

const ask = (
  hub: TestHub,
  source: AnswerStreamOptions["source"],
  options: Options = {},
  headers = {},
  query = `?query=why&stream_id=${ID}`,
) =>
  createAnswerStream({
    hub,
    source,
    request: new Request(`http://host/stream/search${query}`, { headers }),
    ...options,
  });

async function reading(...args: Parameters<typeof ask>): Promise<StreamReader> {
  const response = await ask(...args);
  expect(response.status).toBe(200);
  return new StreamReader(response.body as ReadableStream<Uint8Array>);
}

/** A source that gives what it is told to. */
function handSource() {
  const waiting: ((step: IteratorResult<string>) => void)[] = [];
  const steps: IteratorResult<string>[] = [];
  const put = (step: IteratorResult<string>) => {
    const next = waiting.shift();
    next ? next(step) : steps.push(step);
  };
  const seen = { calls: 0, returned: 0, contexts: [] as unknown[], signal: undefined as AbortSignal | undefined };
  const iterable: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        steps.length > 0
          ? Promise.resolve(steps.shift() as IteratorResult<string>)
          : new Promise((resolve) => waiting.push(resolve)),
      return: async () => {
        seen.returned++;
        return { done: true, value: undefined };
      },
    }),
  };
  const source: AnswerStreamOptions["source"] = ({ signal, ...context }) => {
    seen.calls++;
    seen.signal = signal;
    seen.contexts.push(context);
    return iterable;
  };
  return {
    source,
    seen,
    give: (value: string) => put({ done: false, value }),
    end: () => put({ done: true, value: undefined }),
  };
}

const textOf = ({ items }: StreamReader) =>
  items
    .flatMap((item) => (item.kind === "event" && item.type === "content_chunk" ? [JSON.parse(item.data).content] : []))
    .join("");
const typesOf = ({ items }: StreamReader) => items.flatMap((item) => (item.kind === "event" ? [item.type] : []));
const lastOf = ({ items }: StreamReader) => {
  const last = items.filter((item) => item.kind === "event").at(-1);
  return last?.kind === "event" ? { type: last.type, ...JSON.parse(last.data) } : undefined;
};

test("it is streamed piece by piece, with the trace id everywhere, and ends with its sources", async () => {
  const hub = newHub();
  async function* source() {
    yield "Because ";
    yield { text: "of ", tokens: 3 };
    yield { text: "it.", sources: ["a", "b"] };
  }
  const response = await ask(hub, source, { traceId: "trace-1" });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    ...{ "content-type": "text/event-stream; charset=utf-8", "x-trace-id": "trace-1" },
    ...{ "x-stream-max-seconds": "60", "x-heartbeat-interval": "5", "x-silence-threshold": "15" },
  });
  const reader = await new StreamReader(response.body as ReadableStream<Uint8Array>).toEnd();
  expect(textOf(reader)).toBe("Because of it.");
  expect(typesOf(reader)).toEqual(["content_chunk", "content_chunk", "content_chunk", "complete"]);
  expect(lastOf(reader)).toEqual({
    ...{ type: "complete", reason: "completed", sources: ["a", "b"], trace_id: "trace-1" },
    duration: expect.any(Number),
  });
  for (const item of reader.items) if (item.kind === "event") expect(JSON.parse(item.data).trace_id).toBe("trace-1");
  expect(reader.raw).toMatch(/"reason":"completed","reconnect":false}\n\n$/);
});

test("the source is read once, and who was cut continues there", async () => {
  const hub = newHub();
  const { source, seen, give, end } = handSource();
  const first = await reading(hub, source);
  give("one ");
  give("two ");
  await first.untilEvents(2);
  await first.cancel();
  give("three ");
  const again = await reading(hub, source, {}, { "Last-Event-ID": first.lastEventId });
  const other = await reading(hub, source);
  give("four");
  end();
  await again.toEnd();
  await other.toEnd();
  expect([textOf(first), textOf(again), textOf(other)]).toEqual(["one two ", "three four", "one two three four"]);
  expect(again.events[0]).toBe('millrace.resume:{"verdict":"continued"}');
  expect(seen.calls).toBe(1);
  expect(seen.contexts).toEqual([
    { query: "why", maxTokens: 1000, temperature: 0.2, userId: undefined, traceId: expect.any(String) },
  ]);
  const cursor = { "Last-Event-ID": again.lastEventId };
  expect((await ask(hub, source, {}, cursor)).status).toBe(204);
  const late = await (await reading(hub, source)).toEnd();
  expect(textOf(late)).toBe("one two three four");
  expect(seen.calls).toBe(1);
});

test("a client that names no answer cannot come back to one, and none is begun anew", async () => {
  const hub = newHub();
  const { source, seen, give } = handSource();
  const first = await reading(hub, source, {}, {}, "?query=why");
  give("one ");
  await first.untilEvents(1);
  await first.cancel();
  const again = await ask(hub, source, {}, { "Last-Event-ID": first.lastEventId }, "?query=why");
  expect([again.status, (await again.json()).detail, seen.calls]).toEqual([404, expect.stringMatching(/stream_id/), 1]);
  const named = await (await reading(hub, source, { answerId: "named-by-the-route" }, {}, "?query=why")).untilEvents(0);
  expect(AnswerLog.of(hub, ANSWERS).get("named-by-the-route")?.end).toBeUndefined();
  await named.cancel();
});

test("no answer takes longer than its cap, counted over all connections", async () => {
  const hub = newHub();
  const { source, seen, give } = handSource();
  const first = await reading(hub, source, { maxSeconds: 0.1 });
  give("a ");
  await first.untilEvents(1);
  await first.cancel();
  const again = await (await reading(hub, source, {}, { "Last-Event-ID": first.lastEventId })).toEnd();
  expect(lastOf(again)).toMatchObject({ type: "complete", reason: "duration_cap", duration: 0.1 });
  expect(again.raw).toMatch(/"reconnect":false}\n\n$/);
  expect(seen.signal?.aborted).toBe(true);
  expect(seen.returned).toBe(1);
});

test("what nobody reads is cancelled", async () => {
  const hub = newHub();
  const { source, seen, give } = handSource();
  const reader = await reading(hub, source, { abandonAfterMs: 20 });
  give("a ");
  await reader.untilEvents(1);
  expect(seen.signal?.aborted).toBe(false);
  await reader.cancel();
  await until(() => seen.signal?.aborted === true);
  expect(AnswerLog.of(hub, ANSWERS).get(ID)?.end).toBe("abandoned");
  expect(seen.returned).toBe(1);
});

test("it can be stopped, and one that ignores that is not waited for", async () => {
  const hub = newHub();
  const { source, give } = handSource();
  const reader = await reading(hub, source);
  give("a");
  await reader.untilEvents(1);
  expect(AnswerLog.of(hub, ANSWERS).stop(ID)).toBe(true);
  expect(AnswerLog.of(hub, ANSWERS).stop(ID)).toBe(false);
  await reader.toEnd();
  expect(lastOf(reader)).toMatchObject({ type: "complete", reason: "stopped" });
  expect(AnswerLog.of(hub, ANSWERS).stop("nothing")).toBe(false);
});

test("heartbeats say how far it is", async () => {
  const hub = newHub();
  const { source, give, end } = handSource();
  const reader = await reading(hub, source, { heartbeatSeconds: 0.02, traceId: "t" });
  give("a");
  await reader.until(({ events }) => events.filter((event) => event.startsWith("heartbeat")).length === 2);
  end();
  await reader.toEnd();
  const beats = reader.events
    .filter((event) => event.startsWith("heartbeat"))
    .map((event) => JSON.parse(event.slice(10)));
  expect(beats[1].heartbeat_count).toBeGreaterThanOrEqual(2);
  expect(beats[1]).toEqual({
    ...{ stream_id: ID, timestamp: expect.stringMatching(/Z$/), uptime_seconds: expect.any(Number) },
    ...{ total_chunks: 1, total_tokens: 1, heartbeat_count: expect.any(Number), remaining_seconds: expect.any(Number) },
    ...{ max_duration: 60, trace_id: "t" },
  });
});

test("chunks that come too fast are joined, and none is lost", async () => {
  const hub = newHub();
  async function* source() {
    for (let n = 0; n < 200; n++) yield `${n} `;
  }
  const reader = await (await reading(hub, source, { chunkDelayMs: 60_000 })).toEnd();
  expect(textOf(reader)).toBe(Array.from({ length: 200 }, (_, n) => `${n} `).join(""));
  expect(typesOf(reader)).toEqual(["content_chunk", "content_chunk", "complete"]);
});

test.each([
  [
    "throws at once",
    () => {
      throw new Error("secret");
    },
  ],
  ["rejects", () => Promise.reject(new Error("secret"))],
  ["gives nothing", () => undefined],
  ["gives a text", () => "text"],
  ["gives numbers", () => [1, 2]],
  [
    "throws later",
    async function* () {
      yield "a";
      throw new Error("secret");
    },
  ],
] as [string, () => never][])("a source that %s ends the answer with an error, and is reported", async (_, source) => {
  const hub = newHub();
  const errors: string[] = [];
  hub.on("error", ({ error }) => errors.push(String(error)));
  const reader = await (await reading(hub, source)).toEnd();
  expect(lastOf(reader)).toMatchObject({ type: "error", error: "The answer could not be completed", reason: "failed" });
  expect(reader.raw).not.toContain("secret");
  expect(errors).toHaveLength(1);
});

test("a ReadableStream is a source, and is cancelled", async () => {
  const hub = newHub();
  let cancelled = 0;
  const source = () =>
    new ReadableStream<string>(
      { pull: (controller) => controller.enqueue("x"), cancel: () => void cancelled++ },
      { highWaterMark: 0 },
    );
  const reader = await (await reading(hub, source, { maxSeconds: 0.05 })).toEnd();
  expect(lastOf(reader)).toMatchObject({ reason: expect.stringMatching(/duration_cap|too_large/) });
  await until(() => cancelled === 1);
});

test("who may not read it is refused before the source is asked; nor may somebody else", async () => {
  const hub = newHub();
  const { source, seen, give } = handSource();
  expect((await ask(hub, source, { authorize: () => false })).status).toBe(403);
  expect(seen.calls).toBe(0);
  const mine = await reading(hub, source, { userId: "ann" });
  give("a");
  await mine.untilEvents(1);
  const other = await ask(hub, source, { userId: "bob" });
  expect([other.status, (await other.json()).code]).toEqual([403, "FORBIDDEN"]);
  expect((await ask(hub, source)).status).toBe(403);
  expect(seen.calls).toBe(1);
  await mine.cancel();
});

test("what cannot be is refused", async () => {
  const hub = newHub();
  const { source, seen } = handSource();
  expect((await ask(hub, source, {}, {}, "?stream_id=short")).status).toBe(400);
  const gone = await ask(hub, source, {}, { "Last-Event-ID": "abc.7" });
  expect([gone.status, (await gone.json()).code]).toEqual([404, "NO_SUCH_CHANNEL"]);
  expect(seen.calls).toBe(0);
  for (const [options, name] of [
    [{ maxSeconds: 0 }, "maxSeconds"],
    [{ temperature: -1 }, "temperature"],
    [{ maxToken: 5 }, "maxTokens"],
    [{ source: "text" }, "source"],
    [{ answerId: "a b" }, "answerId"],
    [{ hub: {} }, "hub"],
  ] as [object, string][]) {
    await expect(ask(hub, source, options)).rejects.toThrow(name);
  }
});

test("the environment says the defaults, and a wrong one is named", async () => {
  const { source, end } = handSource();
  end();
  const names = { STREAM_MAX_SECONDS: "30", HEARTBEAT_INTERVAL: "2", SILENCE_THRESHOLD: "9", CHUNK_DELAY_MS: "50" };
  Object.assign(process.env, names);
  try {
    const { headers } = await ask(newHub(), source);
    expect([headers.get("x-stream-max-seconds"), headers.get("x-heartbeat-interval")]).toEqual(["30", "2"]);
    expect(headers.get("x-silence-threshold")).toBe("9");
    for (const name of Object.keys(names)) {
      process.env[name] = "soon";
      await expect(ask(newHub(), source)).rejects.toThrow(`${name} must be a number`);
      process.env[name] = "1";
    }
  } finally {
    for (const name of Object.keys(names)) delete process.env[name];
  }
});

test("pieces larger than an event are cut, between characters, and nothing is lost", async () => {
  const hub = newHub();
  const text = "😀".repeat(700_000);
  const reader = await (await reading(hub, () => ["a", text, "b"])).toEnd();
  expect(textOf(reader)).toBe(`a${text}b`);
  expect(lastOf(reader)).toMatchObject({ type: "complete", reason: "completed" });
  const joined = await (
    await reading(newHub(), () => Array(1100).fill("x".repeat(1000)), { chunkDelayMs: 50 })
  ).toEnd();
  expect(textOf(joined)).toHaveLength(1_100_000);
});

test("tens of thousands of small pieces are all kept, for who comes later, too", async () => {
  const hub = newHub();
  const words = Array.from({ length: 30_000 }, (_, n) => `${n} `);
  const first = await (await reading(hub, () => words)).toEnd();
  expect(textOf(first)).toBe(words.join(""));
  expect(textOf(await (await reading(hub, () => [])).toEnd())).toBe(words.join(""));
});

test("an answer above its limit is an error", async () => {
  const reader = await (await reading(newHub(), () => Array(50).fill("x".repeat(100_000)))).toEnd();
  expect(lastOf(reader)).toMatchObject({ type: "error", reason: "too_large" });
});

test("answers that have ended make room for new ones, however large they were", async () => {
  const hub = newHub();
  // Counted, but given to nobody: one text for all of them.
  const part = { type: "reasoning", text: "x".repeat(4_000_000) } as const;
  for (let n = 0; n < 70; n++) {
    const reader = await (await reading(hub, () => [part, { type: "text", text: "a" }])).toEnd();
    expect([n, lastOf(reader)]).toEqual([n, expect.objectContaining({ reason: "completed" })]);
  }
});

test.each([
  ["a BigInt", [1n]],
  ["more than an event holds", ["x".repeat(2 * 1024 * 1024)]],
])("sources that cannot be sent, %s, end it all the same", async (_, sources) => {
  const hub = newHub();
  hub.on("error", () => {});
  const reader = await (await reading(hub, () => [{ text: "a", sources }])).toEnd();
  expect([textOf(reader), lastOf(reader)]).toEqual(["a", expect.objectContaining({ type: "error", reason: "failed" })]);
});

test("where a policy refuses its events, it ends with an error, once", async () => {
  const hub = createHub({
    name: `answers ${++count}`,
    policies: [{ match: "answer:**", maxBytes: 300 }],
  });
  const errors: unknown[] = [];
  hub.on("error", ({ error }) => errors.push(error));
  const reader = await (await reading(hub, () => ["a", "x".repeat(1000), "b"])).toEnd();
  expect([textOf(reader), lastOf(reader)]).toEqual([
    "a",
    expect.objectContaining({ type: "error", reason: "too_large" }),
  ]);
  expect(errors).toHaveLength(1);
});

test("the source is not asked for who is not let in, or asks for the head only", async () => {
  const hub = createHub({ name: `answers ${++count}`, limits: { perUser: 1 } });
  const { source, seen } = handSource();
  const mine = await reading(hub, source, { userId: "ann" }, {}, "?query=1&stream_id=first-answer");
  expect((await ask(hub, source, { userId: "ann" }, {}, "?query=2&stream_id=second-answer")).status).toBe(429);
  expect((await ask(hub, source, {}, { Accept: "text/html" }, "?stream_id=third-answer")).status).toBe(406);
  const head = new Request("http://host/?stream_id=fourth-answer", { method: "HEAD" });
  expect((await createAnswerStream({ hub, source, request: head })).status).toBe(200);
  expect(seen.calls).toBe(1);
  expect(AnswerLog.of(hub, ANSWERS).get("second-answer")).toBeUndefined();
  await mine.cancel();
});

test("who polls reads it, too", async () => {
  const hub = newHub();
  const { source, give, end } = handSource();
  const seen: string[] = [];
  let cursor = "";
  for (const word of ["a ", "b ", "c "]) {
    const headers = { Accept: "application/json", ...(cursor && { "Last-Event-ID": cursor }) };
    const page = await (await ask(hub, source, {}, headers)).json();
    seen.push(...page.events.map(({ data }: { data: string }) => JSON.parse(data).content));
    cursor = page.lastEventId;
    give(word);
    await until(() => AnswerLog.of(hub, ANSWERS).get(ID)?.end === undefined);
  }
  end();
  await until(() => AnswerLog.of(hub, ANSWERS).get(ID)?.end === "completed");
  const last = await (await ask(hub, source, {}, { Accept: "application/json", "Last-Event-ID": cursor })).json();
  expect(last.events.at(-1)).toMatchObject({ event: "complete", data: expect.stringContaining('"completed"') });
});

test("one that has the name of an earlier answer is another", async () => {
  const hub = newHub();
  await (await reading(hub, () => ["secret"], { userId: "ann" })).toEnd();
  const log = AnswerLog.of(hub, ANSWERS);
  (log as unknown as { drop: (answer: object) => void }).drop(log.get(ID) as object);
  expect((await ask(hub, () => ["mine"], { userId: "bob" })).status).toBe(403);
  // As when it is not kept any more.
  Object.defineProperty(log.get(ID) as object, "hasBegun", { value: false });
  log.drop(log.get(ID) as never);
  const other = await (await reading(hub, () => ["mine"], { userId: "bob" })).toEnd();
  expect(textOf(other)).toBe("mine");
});

test("a trace id that no header has is none", async () => {
  const hub = newHub();
  const response = await ask(hub, () => ["a"], {}, { "X-Trace-ID": "x".repeat(8000) });
  expect(response.headers.get("x-trace-id")).toMatch(/^[\da-f]{32}$/);
  await expect(ask(hub, () => [], { traceId: "a\nb" })).rejects.toThrow(/traceId must be/);
});

test("with Node's request and response", async () => {
  const hub = newHub();
  const { source, give, end, seen } = handSource();
  const server = createServer((req, res) => void attachAnswerStream(req, res, { hub, source })).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?query=why&stream_id=${ID}`;
  const first = await new StreamReader((await fetch(url)).body as ReadableStream<Uint8Array>).untilEvents(0);
  give("one ");
  await first.untilEvents(1);
  await first.cancel();
  give("two");
  const headers = { "Last-Event-ID": first.lastEventId };
  const again = new StreamReader((await fetch(url, { headers })).body as ReadableStream<Uint8Array>);
  await again.untilEvents(2);
  end();
  await again.toEnd();
  expect([textOf(first), textOf(again), seen.calls]).toEqual(["one ", "two", 1]);
  expect((await fetch(url.replace(ID, "short"))).status).toBe(400);
  await new Promise((resolve) => server.close(resolve));
});

test("the end of a client's stream is told", async () => {
  const reasons: string[] = [];
  const answer = await reading(newHub(), () => ["a"], { onClose: (reason) => reasons.push(reason) });
  await answer.toEnd();
  await until(() => reasons.length > 0);
  expect(reasons).toEqual(["completed"]);
});
