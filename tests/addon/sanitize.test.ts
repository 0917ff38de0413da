// What clients see of errors.

import { sanitizeMessage } from "../../js/src/server/content/sanitize.js";
import { createHub, metricsHandler, refusalResponse, SSEError } from "../../js/src/server/index.js";

test.each<[string, string | undefined]>([
  ["The client may not read these channels", undefined],
  ["This address answers with text/event-stream or application/json, and the request accepts neither", undefined],
  ["a ratio of 1/2, and/or 3 / 4; is it so? yes: 5 = 5", undefined],
  ["room:1:log has 5 readers (of 10), user_7 [admin]", undefined],
  ["ENOENT: no such file, open '/srv/app/secrets/key.pem'", "ENOENT: no such file, open '[path]'"],
  ["cannot load ./lib/a.js (from ../b.js)", "cannot load [path] (from [path])"],
  ["in file:///srv/app/index.mjs:12", "in [path]"],
  ["C:\\Users\\ann\\app.js failed", "[path] failed"],
  ["ENOENT:C:\\Users\\ann\\key.pem", "[path]"],
  ["C:\\Program Files\\My App\\secret.pem", "[path] [path] [path]"],
  ["\\\\server\\share\\x failed", "[path] failed"],
  ["open '/srv/my app/secret.pem'", "open '[path]'"],
  ["/srv/app/(group)/secret/page.tsx", "[path]"],
  ["/srv/a,b/secret.pem and /srv/it's/secret.pem", "[path] and [path]'[path]"],
  ["/домой/секрет.pem, ~ann/.ssh/id_rsa", "[path], [path]"],
  ["“/srv/app/x”, «/srv/app/x», </srv/app/x>, -I/srv/x, @/srv/x", "“[path]”, «[path]», <[path]>, [path], [path]"],
  ["src/secrets/keys.json, src/app.ts and %2Fsrv%2Fapp", "[path], [path] and [path]"],
  ["GET https://user:pw@db.example:8080/a/b?token=1#x failed", "GET https://db.example:8080 failed"],
  ["GET http://[::1]:80/srv/x?token=1 and http://[fe80::1]", "GET http://[::1]:80 and http://[fe80::1]"],
  ["postgres://admin:Sup3r/Secret9@db.internal/x", "postgres://db.internal"],
  ["postgres://admin:p@ssW0rd!@db/x", "postgres://db"],
  ["postgres://admin:pa'ssW0rd@db/x", "postgres://db"],
  ["user:hunter2@host.example", "[address]"],
  ["request to orders?id=12&key=abc or orders?secret failed", "request to orders or orders failed"],
  ['orders?id="secret value"', "orders"],
  ["fetch http://api/p?filter[name]=secret failed", "fetch http://api failed"],
  [
    "http://h.com/p?ids=1,secret, http://h.com/x;id=secret and (http://h.com/p?q={secret}|secret)",
    "http://h.com, http://h.com and (http://h.com",
  ],
  ["http://h.com/p?q='secret value", "http://h.com"],
  ["h.com/secret, localhost:80/secret and data:text/plain,secret", "[address], [address] and [address]"],
  ["/srv/app[secret]/x and '/srv/app/a b secret.txt' and /srv/My secret/x", "[path] and '[path]' and [path]"],
  ["a=1&b=secret", "[query]"],
  ["first line\n    at f (/srv/app/x.js:1:2)", "first line"],
  ["Bearer abcdefghijklmnopqrstuvwxyz0123456789 was refused", "Bearer [REDACTED] was refused"],
  [`${"a ".repeat(990)}postgres://admin:hunter2hunter2hunter2@db/x`, undefined],
  ["", ""],
])("%j", (message, seen) => {
  if (seen === undefined && message.length > 1024) expect(sanitizeMessage(message)).not.toContain("hunter2");
  else expect(sanitizeMessage(message)).toBe(seen ?? message);
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
