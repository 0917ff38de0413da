// What the user decides of refusals: which are final, and what renews what lets him in.
import { jest } from "@jest/globals";
import { closeAll, ManualClock, nextEvent, watch } from "./helpers.js";
import { ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

describe("isFinal", () => {
  test("says which answers are the last word, whatever the default", async () => {
    const seen: number[] = [];
    const isFinal = ({ status }: Response) => {
      seen.push(status);
      return status === 503;
    };
    const { client, errors } = watch(server.url, { isFinal });
    for (const status of [404, 401, 200]) (await server.next()).respond(status, { "content-type": "text/html" });
    (await server.next()).respond(503);
    await nextEvent(client, "close");
    expect([seen, client.state]).toEqual([[404, 401, 200, 503], "error"]);
    expect(errors.map(({ code, status }) => [code, status])).toEqual(
      [404, 401, 200, 503].map((status) => ["BAD_RESPONSE", status]),
    );
  });

  test("is not asked of streams, nor of 204", async () => {
    const isFinal = jest.fn(() => true);
    const { client } = watch(server.url, { isFinal });
    const exchange = await server.next();
    exchange.stream();
    exchange.end();
    (await server.next()).respond(204);
    await nextEvent(client, "close");
    expect([isFinal.mock.calls.length, client.completed]).toEqual([0, true]);
  });

  test.each<[string, unknown]>([
    ["a promise", Promise.resolve(true)],
    ["a promise that rejects", Promise.reject(new Error("later"))],
    ["a text", "no"],
    ["null", null],
  ])("%s is no answer: it is reported, and the default holds", async (_, answer) => {
    const reported: unknown[] = [];
    process.setUncaughtExceptionCaptureCallback((error) => void reported.push(error));
    const { client } = watch(server.url, { isFinal: () => answer as boolean });
    (await server.next()).respond(500);
    (await server.next()).respond(404);
    await nextEvent(client, "close");
    await until(() => reported.length === 2);
    process.setUncaughtExceptionCaptureCallback(null);
    expect(reported.map(String)).toEqual(Array(2).fill("TypeError: isFinal must answer true or false, at once"));
  });

  test("what it throws is reported, and the default holds", async () => {
    const reported: unknown[] = [];
    process.setUncaughtExceptionCaptureCallback((error) => void reported.push(error));
    const failure = new Error("in isFinal");
    const { client } = watch(server.url, {
      isFinal: () => {
        throw failure;
      },
    });
    (await server.next()).respond(500);
    (await server.next()).respond(404);
    await nextEvent(client, "close");
    await until(() => reported.length === 2);
    process.setUncaughtExceptionCaptureCallback(null);
    expect(reported).toEqual([failure, failure]);
  });
});

describe("onUnauthorized", () => {
  test("renews what lets the user in: the request is made again with new headers, and nothing failed", async () => {
    let token = "old";
    const statuses: number[] = [];
    const { client, errors, messages } = watch(server.url, {
      headers: () => ({ authorization: token }),
      onUnauthorized: async ({ status }) => {
        statuses.push(status);
        await Promise.resolve();
        token = "new";
      },
    });
    const first = await server.next();
    expect(first.headers.authorization).toBe("old");
    first.respond(401, { "content-type": "application/problem+json" }, "{}");
    const second = await server.next();
    expect(second.headers.authorization).toBe("new");
    second.stream("data: x\n\n");
    await until(() => messages.length === 1);
    expect([statuses, errors, client.attempts]).toEqual([[401], [], 0]);
  });

  test("is asked once an attempt: a second 401 is final", async () => {
    const onUnauthorized = jest.fn();
    const { client, errors } = watch(server.url, { onUnauthorized });
    for (let request = 0; request < 2; request++)
      (await server.next()).respond(401, { "content-type": "application/problem+json" }, '{"title":"No"}');
    await nextEvent(client, "close");
    await settle();
    expect(errors).toMatchObject([{ code: "BAD_RESPONSE", status: 401, problem: { title: "No" } }]);
    expect([onUnauthorized.mock.calls.length, server.requests, client.state]).toEqual([1, 2, "error"]);
  });

  test("is asked again when the token of a later connection has expired", async () => {
    const onUnauthorized = jest.fn();
    const { messages } = watch(server.url, { onUnauthorized });
    for (let connection = 1; connection <= 3; connection++) {
      (await server.next()).respond(401);
      const exchange = await server.next();
      exchange.stream(`data: ${connection}\n\n`);
      await until(() => messages.length === connection);
      exchange.destroy();
    }
    expect(onUnauthorized.mock.calls.length).toBe(3);
  });

  test.each<[string, () => unknown]>([
    ["it answers false", () => false],
    ["it answers false later", async () => false],
    [
      "it throws",
      () => {
        throw new Error("signed out");
      },
    ],
    ["it rejects", () => Promise.reject(new Error("signed out"))],
  ])("the 401 is final where %s", async (name, onUnauthorized) => {
    const { client, errors } = watch(server.url, { onUnauthorized });
    (await server.next()).respond(401);
    await nextEvent(client, "close");
    await settle();
    expect(errors).toMatchObject([{ code: "BAD_RESPONSE", status: 401 }]);
    if (!name.includes("false")) expect(errors[0]?.cause).toEqual(new Error("signed out"));
    expect([server.requests, client.state]).toEqual([1, "error"]);
  });

  test("one that never answers is given up like a server that does not", async () => {
    const clock = new ManualClock();
    const { client, errors } = watch(server.url, {
      clock,
      silenceMs: 1000,
      onUnauthorized: () => new Promise(() => {}),
    });
    (await server.next()).respond(401);
    await until(() => client.implementation !== null && clock.isWaiting);
    clock.fire();
    expect(errors.map(({ code }) => code)).toEqual(["TIMED_OUT"]);
  });

  test("a client that is closed meanwhile asks no more", async () => {
    const { client } = watch(server.url, { onUnauthorized: () => client.close() });
    (await server.next()).respond(401);
    await nextEvent(client, "close");
    await settle();
    expect(server.requests).toBe(1);
  });
});

test("retry: 0 of a server that ends every stream at once does not make the client ask without a pause", async () => {
  const clock = new ManualClock(0.999);
  const { client } = watch(server.url, { clock, breaker: {}, retry: {} });
  for (let request = 0; request < 7; request++) {
    const exchange = await server.next();
    exchange.stream("retry: 0\ndata: x\n\n");
    exchange.end();
    await until(() => clock.isWaiting && client.state === "reconnecting");
    clock.fire();
  }
  expect(clock.delays.slice(0, 7)).toEqual([499, 999, 1998, 3996, 30_000, 30_000, 30_000]);
});
