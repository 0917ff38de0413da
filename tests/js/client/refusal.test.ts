import type { SSEError } from "../../../js/src/client/index.js";
import { closeAll, ManualClock, nextEvent, watch } from "./helpers.js";
import { ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

const PROBLEM = { "content-type": "application/problem+json" };
const LARGEST = 65536;

/** The error of an answer that is final. */
async function refusedWith(headers: Record<string, string>, body: string, status = 403): Promise<SSEError | undefined> {
  const { client, errors } = watch(server.url);
  const closed = nextEvent(client, "close");
  (await server.next()).respond(status, headers, body);
  await closed;
  expect(errors).toHaveLength(1);
  return errors[0];
}

test.each(["application/problem+json", "application/json", "application/json; charset=utf-8", "Application/JSON"])(
  "what the server says of it is in the error: %s",
  async (type) => {
    const said = { type: "about:blank", title: "You may not read this – ever", status: 403, code: "FORBIDDEN" };
    const error = await refusedWith({ "content-type": type }, JSON.stringify(said));
    expect(error).toMatchObject({ code: "BAD_RESPONSE", status: 403, problem: said, retryAfterMs: 0 });
    expect(error?.message).toBe("The answer is no event stream: it has status 403: You may not read this – ever");
  },
);

test.each<[string, Record<string, string>, string]>([
  ["not JSON", { "content-type": "text/plain" }, '{"title":"no"}'],
  ["no type", {}, '{"title":"no"}'],
  ["a type that only begins alike", { "content-type": "application/jsonl" }, '{"title":"no"}'],
  ["broken JSON", PROBLEM, '{"title":"no'],
  ["nothing", PROBLEM, ""],
  ["too large", PROBLEM, JSON.stringify({ title: "x".repeat(LARGEST) })],
])("an error without a problem: %s", async (_, headers, body) => {
  const error = await refusedWith(headers, body);
  expect(error).toMatchObject({ code: "BAD_RESPONSE", status: 403, retryAfterMs: 0 });
  expect(error?.problem).toBeUndefined();
  expect(error?.message).toBe("The answer is no event stream: it has status 403");
});

test("the largest body that is read", async () => {
  const body = JSON.stringify("é".repeat((LARGEST - 2) / 2));
  expect(Buffer.byteLength(body)).toBe(LARGEST);
  expect((await refusedWith(PROBLEM, body))?.problem).toBe(JSON.parse(body));
});

test.each<[string, unknown]>([
  ["null", null],
  ["a title that is no text", { title: 7 }],
  ["text", "no"],
])("JSON that describes no problem: %s", async (_, said) => {
  const error = await refusedWith(PROBLEM, JSON.stringify(said));
  expect(error?.problem).toEqual(said);
  expect(error?.message).toBe("The answer is no event stream: it has status 403");
});

test("a body that never ends does not outlive the client", async () => {
  const { client, log } = watch(server.url);
  const exchange = await server.next();
  exchange.begin(403, PROBLEM, '{"title":');
  await settle();
  expect(log).toEqual([]);
  client.close();
  await exchange.gone;
  await settle();
  expect(log).toEqual(["disconnected", "close"]);
});

/** The error, and the wait before the next attempt, of a 503 with this Retry-After; without it the wait were 500 ms. */
async function waitAfter(retryAfter: string): Promise<[SSEError | undefined, number | undefined]> {
  const clock = new ManualClock(0.5);
  const { errors } = watch(server.url, { clock, retry: { baseMs: 1000, maxMs: 1000 } });
  (await server.next()).respond(503, { "retry-after": retryAfter });
  await until(() => clock.isWaiting);
  return [errors[0], clock.delays[0]];
}

test("Retry-After in seconds is waited for", async () => {
  const [error, delayMs] = await waitAfter("120");
  expect(error).toMatchObject({ code: "BAD_RESPONSE", status: 503, retryAfterMs: 120_000 });
  expect(delayMs).toBe(120_000);
});

test("a Retry-After below the wait of the back-off changes nothing", async () => {
  const [error, delayMs] = await waitAfter("0");
  expect([error?.retryAfterMs, delayMs]).toEqual([0, 500]);
});

test("Retry-After as a date is waited for", async () => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const [error, delayMs] = await waitAfter(date);
  // The date is in whole seconds, and some time passes until it is read.
  expect(error?.retryAfterMs).toBeGreaterThan(3_500_000);
  expect(error?.retryAfterMs).toBeLessThanOrEqual(3_600_000);
  expect(delayMs).toBe(error?.retryAfterMs);
});

test.each(["soon", "-5", "1e3", "12 seconds", "Wed, 21 Oct 2015 07:28:00 GMT"])(
  "a Retry-After that says nothing: %s",
  async (retryAfter) => {
    const [error, delayMs] = await waitAfter(retryAfter);
    expect([error?.retryAfterMs, delayMs]).toEqual([0, 500]);
  },
);

test("a Retry-After beyond any timer is the longest timer, and counts as an hour", async () => {
  const [error, delayMs] = await waitAfter("99999999999");
  expect([error?.retryAfterMs, delayMs]).toEqual([2147483647, 3600000]);
});
