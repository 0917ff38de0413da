import { corsHeaders, createHub, type SessionAuthorizerOptions, sessionAuthorizer } from "../../js/src/server/index.js";

const hub = createHub({ name: "sessions" });
const errors: string[] = [];
beforeAll(() => {
  hub.on("error", ({ error }) => errors.push(String(error)));
  console.warn = () => {};
});
beforeEach(() => errors.splice(0));

type Options = SessionAuthorizerOptions<Record<string, unknown>>;

async function ask(options: Options, headers: Record<string, string> = {}, channels = ["c"]) {
  const connected: (string | undefined)[] = [];
  const forget = hub.on("connection", ({ userId }) => connected.push(userId));
  const request = { url: "http://host/", headers: new Headers(headers) };
  const response = await hub.response(request, { channels, authorize: sessionAuthorizer(options) });
  forget();
  await response.body?.cancel();
  return { status: response.status, user: connected[0], challenge: response.headers.get("www-authenticate") };
}

const inAnHour = () => new Date(Date.now() + 3_600_000);

/** As the packages document what their functions give. */
describe("a session as given by", () => {
  test.each<[string, () => unknown]>([
    [
      "Auth.js: auth()",
      () => ({ user: { id: "ann", name: "Ann", email: "a@b.example" }, expires: inAnHour().toISOString() }),
    ],
    [
      "Better Auth: auth.api.getSession({ headers })",
      () => ({ session: { id: "s1", userId: "ann", expiresAt: inAnHour() }, user: { id: "ann" } }),
    ],
    ["Clerk: auth()", () => ({ userId: "ann", sessionId: "s1", sessionClaims: {}, isAuthenticated: true })],
    [
      "Lucia: validateSessionToken(token)",
      () => ({ session: { id: "s1", userId: "ann", expiresAt: inAnHour() }, user: { id: "ann" } }),
    ],
    ["an own function", () => ({ userId: "ann", expiresAt: Date.now() + 1000 })],
  ])("%s", async (_, session) => {
    expect(await ask({ getSession: () => session() as never })).toMatchObject({ status: 200, user: "ann" });
    expect(await ask({ getSession: async () => session() as never })).toMatchObject({ status: 200, user: "ann" });
    expect(errors).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["Auth.js", null],
    ["Better Auth", null],
    ["Clerk", { userId: null, sessionId: null, isAuthenticated: false }],
    ["Lucia", { session: null, user: null }],
    ["nothing", undefined],
  ])("%s to who has none", async (_, session) => {
    expect(await ask({ getSession: () => session as never })).toEqual({
      status: 401,
      user: undefined,
      challenge: "Bearer",
    });
    expect(await ask({ getSession: () => session as never, mode: "demo" })).toMatchObject({
      status: 200,
      user: undefined,
    });
    expect(errors).toEqual([]);
  });
});

test.each<[string, number, Options, Record<string, string>?]>([
  ["that ended", 401, { getSession: () => ({ userId: "ann", expires: "2020-01-01T00:00:00Z" }) }],
  ["whose end is no time", 403, { getSession: () => ({ userId: "ann", expires: "soon" }) }],
  ["of nobody that is known", 401, { getSession: () => ({ email: "a@b.example" }) }],
  [
    "of a user by another member",
    200,
    { getSession: () => ({ email: "a@b.example" }), userId: ({ email }) => email as string },
  ],
  ["of an empty user", 403, { getSession: () => ({}), userId: () => "" }],
  ["of a numeric user", 403, { getSession: () => ({}), userId: () => 7 as never }],
  ["with facts that are none", 403, { getSession: () => ({ userId: "ann" }), facts: () => ({ tenant: 7 }) as never }],
  ["that throws", 500, { getSession: () => Promise.reject(new Error("no database")) }],
  ["that may not read it", 403, { getSession: () => ({ userId: "ann" }), canAccess: () => false }],
  [
    "that canAccess is vague about",
    403,
    { getSession: () => ({ userId: "ann" }), canAccess: (() => ({ userId: "root" })) as never },
  ],
  [
    "nobody's, where canAccess lets nobody in",
    403,
    { getSession: () => null, mode: "demo", canAccess: (session) => session !== null },
  ],
  [
    "by a cookie of another site's page",
    403,
    { getSession: () => ({ userId: "ann" }) },
    { cookie: "a=1", "sec-fetch-site": "cross-site" },
  ],
  [
    "by a cookie of its own page",
    200,
    { getSession: () => ({ userId: "ann" }) },
    { cookie: "a=1", "sec-fetch-site": "same-origin" },
  ],
  [
    "by a cookie of an origin that may",
    200,
    { getSession: () => ({ userId: "ann" }), origins: ["https://app.example"] },
    { cookie: "a=1", "sec-fetch-site": "cross-site", origin: "https://app.example" },
  ],
  [
    "by a header of another site's page",
    200,
    { getSession: () => ({ userId: "ann" }) },
    { authorization: "Bearer x", "sec-fetch-site": "cross-site" },
  ],
])("a session %s: %i", async (...[, status, options, headers]) => {
  expect((await ask(options, headers)).status).toBe(status);
});

test("the headers come as the Web has them, from Node's request, too", async () => {
  const seen: string[] = [];
  const getSession: Options["getSession"] = ({ headers, request }) => {
    seen.push(`${headers instanceof Headers} ${headers.get("cookie")} ${request.url}`);
    return null;
  };
  await ask({ getSession }, { cookie: "a=1" });
  const request = { url: "/x", headers: { get: (name: string) => (name === "cookie" ? "b=2" : null) } };
  await hub.response(request, { channels: ["c"], authorize: sessionAuthorizer({ getSession }) });
  expect(seen).toEqual(["true a=1 http://host/", "true b=2 /x"]);
});

test.each<[unknown, RegExp]>([
  [{}, /getSession must be a function/],
  [{ getSession: () => null, userID: () => "" }, /is it "userId"/],
  [{ getSession: () => null, mode: "none" }, /mode cannot be/],
  [{ getSession: () => null, facts: {} }, /facts must be a function/],
])("%j is a TypeError", (options, message) => {
  expect(() => sessionAuthorizer(options as never)).toThrow(message);
});

describe("corsHeaders", () => {
  const app = "https://app.example";
  const ask = (headers: Record<string, string>, options: Parameters<typeof corsHeaders>[1], method = "GET") =>
    corsHeaders(new Request("http://host/", { method, headers }), options);

  test("for an answer", () => {
    expect(ask({ origin: app }, { origins: [app], credentials: true })).toEqual({
      "Access-Control-Allow-Origin": app,
      Vary: "Origin",
      "Access-Control-Allow-Credentials": "true",
      "Access-Control-Expose-Headers": expect.stringContaining("X-Last-Event-ID"),
    });
    expect(ask({ origin: app }, { origins: "*" })).toMatchObject({ "Access-Control-Allow-Origin": "*" });
  });

  test("for a preflight", () => {
    const headers = { origin: app, "access-control-request-method": "GET" };
    const answer = ask(headers, { origins: [app], allowHeaders: ["X-Own"] }, "OPTIONS");
    expect(answer["Access-Control-Allow-Methods"]).toBe("GET, HEAD, POST");
    expect(answer["Access-Control-Allow-Headers"]).toMatch(/Authorization.*Last-Event-ID.*X-Stream-Channels, X-Own$/);
    expect(answer["Access-Control-Max-Age"]).toBe("600");
  });

  test.each([
    ["no origin", undefined],
    ["another", "https://evil.example"],
    ["one that begins like it", "https://app.example.evil.example"],
    ["null", "null"],
    ["another scheme", "http://app.example"],
    ["another port", "https://app.example:8443"],
  ])("for %s, only Vary", (_, origin) => {
    expect(ask(origin === undefined ? {} : { origin }, { origins: [app], credentials: true })).toEqual({
      Vary: "Origin",
    });
  });

  test("a refusal has them, too", async () => {
    const request = new Request("http://host/", { headers: { origin: app } });
    const headers = corsHeaders(request, { origins: [app] });
    const response = await hub.response(request, { channels: ["c"], authorize: () => false, headers });
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([403, app]);
    expect(response.headers.get("vary")).toContain("Origin");
  });

  test.each<[unknown, RegExp]>([
    [{ origins: "*", credentials: true }, /every page/],
    [{ origins: ["app.example"] }, /origins/],
    [{ origins: ["https://app.example/"] }, /origins/],
    [{}, /origins must be an array/],
    [{ origins: "*", maxAge: 1 }, /is it "maxAgeMs"/],
  ])("%j is a TypeError", (options, message) => {
    expect(() => ask({}, options as never)).toThrow(message);
  });
});
