// What clients see of errors.

import { sanitizeMessage } from "../../js/src/server/content/sanitize.js";
import { createHub, metricsHandler, refusalResponse, SSEError } from "../../js/src/server/index.js";

test.each([
  ["The client may not read these channels", undefined],
  ["This address answers with text/event-stream or application/json, and the request accepts neither", undefined],
  ["a ratio of 1/2, and/or 3 / 4; is it so? yes: 5 = 5", undefined],
  ["ENOENT: no such file, open '/srv/app/secrets/key.pem'", "ENOENT: no such file, open '[path]'"],
  ["cannot load ./lib/a.js (from ../b.js)", "cannot load [path] (from [path])"],
  ["in file:///srv/app/index.mjs:12", "in [path]"],
  ["C:\\Users\\ann\\app.js failed", "[path] failed"],
  ["\\\\server\\share\\x failed", "[path] failed"],
  ["GET https://user:pw@db.example:8080/a/b?token=1#x failed", "GET https://db.example:8080 failed"],
  ["request to orders?id=12&key=abc failed", "request to orders failed"],
  ["first line\n    at f (/srv/app/x.js:1:2)", "first line"],
  ["Bearer abcdefghijklmnopqrstuvwxyz0123456789 was refused", "Bearer [REDACTED] was refused"],
  ["", ""],
])("%j", (message, seen) => {
  expect(sanitizeMessage(message)).toBe(seen ?? message);
});

test("a long message is cut, and takes no longer than its length", () => {
  for (const unit of ["a", "/a", "a.", "x?", "a://", "@", "C:\\", "?a="]) {
    expect(Buffer.byteLength(sanitizeMessage(unit.repeat(1_000_000)))).toBeLessThanOrEqual(1024);
  }
});

const hubWith = (exposeErrors?: boolean) =>
  createHub({ name: `sanitize ${exposeErrors} ${Math.random()}`, ...(exposeErrors !== undefined && { exposeErrors }) });
const request = new Request("http://host/");

const problemOf = async (hub: ReturnType<typeof hubWith>, error: unknown) => {
  hub.on("error", () => {});
  const answer = await hub.response(request, {
    channels: ["c"],
    authorize: () => {
      throw error;
    },
  });
  return answer.json();
};

test("a refusal's message is sanitised, and of a failure there is none", async () => {
  const refusal = new SSEError("FORBIDDEN", "not for you: /srv/users/ann.json");
  const hub = hubWith();
  expect(await problemOf(hub, refusal)).toMatchObject({ detail: "not for you: [path]" });
  expect(await refusalResponse(refusal)?.json()).toMatchObject({ detail: "not for you: [path]" });
  expect(await problemOf(hub, new Error("/srv/users/ann.json"))).toEqual({
    type: "about:blank",
    title: "Internal server error",
    status: 500,
    code: "INTERNAL_ERROR",
  });
});

test("exposeErrors shows them as they are, in development", async () => {
  const hub = hubWith(true);
  const problem = await problemOf(hub, new Error("/srv/users/ann.json"));
  expect(problem).toMatchObject({ status: 500, detail: "/srv/users/ann.json", stack: expect.stringContaining("at ") });
  expect(await problemOf(hub, new SSEError("FORBIDDEN", "see /srv"))).toMatchObject({
    status: 403,
    detail: "see /srv",
  });
  const failing = metricsHandler(hub, { authorize: () => Promise.reject(new Error("of /srv")) });
  expect(await (await failing(request)).json()).toMatchObject({ detail: "of /srv" });
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    expect(await problemOf(hub, new Error("/srv/users/ann.json"))).not.toHaveProperty("detail");
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
  expect(() => hubWith("yes" as never)).toThrow("exposeErrors must be true or false");
});
