import { createServer, type RequestListener } from "node:http";
import { type JwtAuthorizerOptions, jwtAuthorizer } from "../../../js/src/jwt/index.js";
import { createHub, type Hub } from "../../../js/src/server/index.js";
import { listening } from "../listening.js";
import * as t from "./tokens.js";

const forSecret = { secret: t.SECRET, audience: "chat", issuer: "login" };
const forRsa = { publicKey: t.pem(t.rsa.publicKey), audience: "chat" };
const seconds = t.nowSeconds;

interface Case {
  readonly options?: JwtAuthorizerOptions;
  readonly headers?: Record<string, string>;
  readonly url?: string;
}

const bearer = (token: string): Case => ({ headers: { authorization: `Bearer ${token}` } });
const cookie = (value: string, more: Record<string, string> = {}): Case => ({
  headers: { cookie: `__Host-token=${value}`, ...more },
});
const having = (options: JwtAuthorizerOptions, token: string): Case => ({ options, ...bearer(token) });

const [GOOD_HEAD, GOOD_BODY, GOOD_SIGNATURE] = t.hs256().split(".") as [string, string, string];
const flipped = (text: string, at: number) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** What is asked, and the status that it is answered with. */
const TABLE: readonly (readonly [what: string, status: number, asked: () => Case])[] = [
  ["a token that is valid", 200, () => bearer(t.hs256())],
  ["the same as a cookie", 200, () => cookie(t.hs256())],
  ["the same of RS256", 200, () => having(forRsa, t.rs256())],
  ["PS256", 200, () => having(forRsa, t.token({ alg: "PS256" }, t.claims(), t.byPss(t.rsa.privateKey)))],
  [
    "ES256",
    200,
    () =>
      having(
        { publicKey: t.pem(t.ec.publicKey), audience: "chat" },
        t.token({ alg: "ES256" }, t.claims(), t.byKey(t.ec.privateKey)),
      ),
  ],
  [
    "EdDSA",
    200,
    () =>
      having(
        { publicKey: t.pem(t.ed.publicKey), audience: "chat" },
        t.token({ alg: "EdDSA" }, t.claims(), t.byKey(t.ed.privateKey, null)),
      ),
  ],
  [
    "the second of two secrets",
    200,
    () => having({ ...forSecret, secret: ["another secret of at least 32 bytes", t.SECRET] }, t.hs256()),
  ],
  ["one that ended within the tolerance", 200, () => bearer(t.hs256(t.claims({ exp: seconds() - 2 })))],
  ["none", 401, () => ({})],
  ["an empty one", 401, () => bearer("")],
  ["another scheme", 401, () => ({ headers: { authorization: `Basic ${t.hs256()}` } })],
  ["alg none", 401, () => bearer(t.token({ alg: "none" }, t.claims(), () => Buffer.from("")))],
  ["alg none with a signature", 401, () => bearer(t.token({ alg: "none" }, t.claims()))],
  ["alg None", 401, () => bearer(t.token({ alg: "None" }, t.claims()))],
  ["no alg", 401, () => bearer(t.token({ typ: "JWT" }, t.claims()))],
  ["alg of a number", 401, () => bearer(t.token({ alg: 256 }, t.claims()))],
  ["alg of a list", 401, () => bearer(t.token({ alg: ["HS256"] }, t.claims()))],
  ["HS512 where HS256 is meant", 401, () => bearer(t.token({ alg: "HS512" }, t.claims(), t.hmac(t.SECRET, "sha512")))],
  [
    "HS256 signed with the public key",
    401,
    () => having(forRsa, t.token({ alg: "HS256" }, t.claims(), t.hmac(t.pem(t.rsa.publicKey)))),
  ],
  ["RS256 for a secret", 401, () => bearer(t.rs256())],
  [
    "PS256 where RS256 is allowed",
    401,
    () =>
      having({ ...forRsa, algorithms: ["RS256"] }, t.token({ alg: "PS256" }, t.claims(), t.byPss(t.rsa.privateKey))),
  ],
  ["ES256 for an RSA key", 401, () => having(forRsa, t.token({ alg: "ES256" }, t.claims(), t.byKey(t.ec.privateKey)))],
  ["signed with another key", 401, () => having(forRsa, t.rs256(t.claims(), t.otherRsa.privateKey))],
  ["signed with another secret", 401, () => bearer(t.hs256(t.claims(), "some other secret of 32 bytes or so"))],
  [
    "a key that it brings itself (jwk)",
    401,
    () =>
      having(
        forRsa,
        t.token(
          { alg: "RS256", jwk: t.otherRsa.publicKey.export({ format: "jwk" }) },
          t.claims(),
          t.byKey(t.otherRsa.privateKey),
        ),
      ),
  ],
  [
    "a key that it names itself (jku)",
    401,
    () =>
      having(
        forRsa,
        t.token({ alg: "RS256", jku: "http://127.0.0.1:9/keys" }, t.claims(), t.byKey(t.otherRsa.privateKey)),
      ),
  ],
  ["a kid that is a path", 401, () => bearer(t.token({ alg: "HS256", kid: "../../dev/null" }, t.claims(), t.hmac("")))],
  [
    "a kid that is SQL",
    401,
    () => bearer(t.token({ alg: "HS256", kid: "' union select 'x" }, t.claims(), t.hmac("x"))),
  ],
  ["crit that nobody knows", 401, () => bearer(t.token({ alg: "HS256", crit: ["x"], x: 1 }, t.claims()))],
  ["crit that is empty", 401, () => bearer(t.token({ alg: "HS256", crit: [] }, t.claims()))],
  ["b64: false", 401, () => bearer(t.token({ alg: "HS256", b64: false, crit: ["b64"] }, t.claims()))],
  ["one bit of the signature", 401, () => bearer(`${GOOD_HEAD}.${GOOD_BODY}.${flipped(GOOD_SIGNATURE, 3)}`)],
  ["one bit of the claims", 401, () => bearer(`${GOOD_HEAD}.${flipped(GOOD_BODY, 12)}.${GOOD_SIGNATURE}`)],
  ["other claims", 401, () => bearer(`${GOOD_HEAD}.${b64(t.claims({ sub: "root" }))}.${GOOD_SIGNATURE}`)],
  ["no signature", 401, () => bearer(`${GOOD_HEAD}.${GOOD_BODY}.`)],
  ["two parts", 401, () => bearer(`${GOOD_HEAD}.${GOOD_BODY}`)],
  ["five parts (JWE)", 401, () => bearer("a.b.c.d.e")],
  ["a part of base64 that is none of base64url", 401, () => bearer(`${GOOD_HEAD}.${GOOD_BODY}.++//`)],
  ["white space inside", 401, () => bearer(`${GOOD_HEAD}. ${GOOD_BODY}.${GOOD_SIGNATURE}`)],
  ["two tokens", 401, () => bearer(`${t.hs256()}, ${t.hs256()}`)],
  ["claims that are no JSON", 401, () => bearer(t.token({ alg: "HS256" }, "{"))],
  ["claims that are a list", 401, () => bearer(t.token({ alg: "HS256" }, []))],
  ["claims that are a text", 401, () => bearer(t.token({ alg: "HS256" }, '"ann"'))],
  ["a head that is no JSON", 401, () => bearer(t.token("alg=HS256", t.claims()))],
  ["claims nested a thousand deep", 401, () => bearer(t.hs256(`${"[".repeat(1000)}${"]".repeat(1000)}`))],
  ["a token within a token", 401, () => bearer(t.token({ alg: "HS256", cty: "JWT" }, t.hs256()))],
  ["a token of 9,000 characters", 401, () => bearer(t.hs256(t.claims({ pad: "x".repeat(8000) })))],
  ["one that has ended", 401, () => bearer(t.hs256(t.claims({ exp: seconds() - 60 })))],
  ["one without an end", 401, () => bearer(t.hs256({ sub: "ann", aud: "chat", iss: "login" }))],
  ["an end that is a text", 401, () => bearer(t.hs256(t.claims({ exp: String(seconds() + 60) })))],
  ["an end that is NaN", 401, () => bearer(t.hs256(t.claims({ exp: null })))],
  ["an end below zero", 401, () => bearer(t.hs256(t.claims({ exp: -1 })))],
  ["one that begins tomorrow", 401, () => bearer(t.hs256(t.claims({ nbf: seconds() + 86_400 })))],
  ["for somebody else", 401, () => bearer(t.hs256(t.claims({ aud: "mail" })))],
  ["for many others", 401, () => bearer(t.hs256(t.claims({ aud: ["mail", "Chat", "chat2"] })))],
  ["for nobody", 401, () => bearer(t.hs256(t.claims({ aud: undefined })))],
  ["for somebody, where nobody is named", 401, () => having({ secret: t.SECRET }, t.hs256())],
  ["for an audience that is an object", 401, () => bearer(t.hs256(t.claims({ aud: { chat: true } })))],
  ["of another issuer", 401, () => bearer(t.hs256(t.claims({ iss: "login2" })))],
  ["of no issuer", 401, () => bearer(t.hs256(t.claims({ iss: undefined })))],
  ["of nobody", 401, () => bearer(t.hs256(t.claims({ sub: undefined })))],
  ["of an empty user", 401, () => bearer(t.hs256(t.claims({ sub: "" })))],
  ["of a numeric user", 401, () => bearer(t.hs256(t.claims({ sub: 7 })))],
  ["of a user that is an object", 401, () => bearer(t.hs256(t.claims({ sub: { id: "ann" } })))],
  [
    "of half a surrogate pair",
    403,
    () => bearer(t.hs256('{"sub":"\\ud800","exp":9999999999,"aud":"chat","iss":"login"}')),
  ],
  ["a claim of the prototype", 401, () => having({ ...forSecret, userClaim: "constructor" }, t.hs256())],
  ["another typ than is meant", 401, () => having({ ...forSecret, typ: "at+jwt" }, t.hs256())],
  [
    "without a claim that is required",
    401,
    () => having({ ...forSecret, requiredClaims: ["exp", "scope"] }, t.hs256()),
  ],
  ["a token in the URL", 400, () => ({ url: `http://host/?token=${t.hs256()}` })],
  [
    "an access_token in the URL beside a header",
    400,
    () => ({ ...bearer(t.hs256()), url: "http://host/?access_token=x" }),
  ],
  [
    "a token in the URL where that is allowed",
    200,
    () => ({ options: { ...forSecret, queryParameter: "token" }, url: `http://host/?token=${t.hs256()}` }),
  ],
  [
    "two tokens in the URL where one is allowed",
    401,
    () => ({ options: { ...forSecret, queryParameter: "token" }, url: `http://host/?token=x&token=${t.hs256()}` }),
  ],
  ["a cookie of two values", 401, () => ({ headers: { cookie: `__Host-token=${t.hs256()}; __Host-token=x` } })],
  ["a cookie of another name", 401, () => ({ headers: { cookie: `token=${t.hs256()}` } })],
  ["a cookie behind other white space", 401, () => ({ headers: { cookie: `a=1;\u00a0__Host-token=${t.hs256()}` } })],
  [
    "a cookie from the page of another site",
    403,
    () => cookie(t.hs256(), { "sec-fetch-site": "cross-site", origin: "https://evil.example" }),
  ],
  [
    "a cookie from another host of the site",
    403,
    () => cookie(t.hs256(), { "sec-fetch-site": "same-site", origin: "https://evil.host" }),
  ],
  [
    "a cookie from another origin, of an old browser",
    403,
    () => cookie(t.hs256(), { origin: "https://evil.example", host: "host" }),
  ],
  ["a cookie from the origin null", 403, () => cookie(t.hs256(), { origin: "null", host: "host" })],
  ["a cookie from its own page", 200, () => cookie(t.hs256(), { "sec-fetch-site": "same-origin" })],
  [
    "a cookie from an origin that may",
    200,
    () => ({
      options: { ...forSecret, origins: ["https://app.example"] },
      ...cookie(t.hs256(), { "sec-fetch-site": "cross-site", origin: "https://app.example" }),
    }),
  ],
  [
    "a channel that is not the user's",
    403,
    () => having({ ...forSecret, canAccess: (_, channel) => channel === "other" }, t.hs256()),
  ],
  [
    "canAccess that answers a user",
    403,
    () => having({ ...forSecret, canAccess: (() => ({ userId: "root" })) as never }, t.hs256()),
  ],
  ["canAccess that answers 1", 403, () => having({ ...forSecret, canAccess: (() => 1) as never }, t.hs256())],
  [
    "canAccess that throws",
    500,
    () =>
      having(
        {
          ...forSecret,
          canAccess: () => {
            throw new Error("secret words");
          },
        },
        t.hs256(),
      ),
  ],
  ["demo: nobody", 200, () => ({ options: { ...forSecret, mode: "demo" } })],
  ["demo: a token that is not valid", 401, () => having({ ...forSecret, mode: "demo" }, "a.b.c")],
  [
    "demo: nobody, where claims decide",
    403,
    () => ({ options: { ...forSecret, mode: "demo", canAccess: ({ sub }) => sub === "ann" } }),
  ],
];

let hub: Hub;
beforeAll(() => {
  hub = createHub({ name: "hostile tokens" });
  hub.on("error", () => {});
  console.warn = () => {}; // that nobody has to be anybody
});

async function answerTo({ options = forSecret, headers = {}, url = "http://host/" }: Case): Promise<Response> {
  const request = { url, method: "GET", headers: new Headers(Object.entries(headers)) };
  return hub.response(request, { channels: ["c"], authorize: jwtAuthorizer(options) });
}

test.each(TABLE)("%s: %i", async (_, status, asked) => {
  const response = await answerTo(asked());
  expect(response.status).toBe(status);
  const challenge = response.headers.get("www-authenticate");
  if (status === 200) await response.body?.cancel();
  else {
    const body = await response.text();
    expect(body).not.toMatch(/secret words|eyJ|HS256|kid|jose/);
    expect(Object.keys(JSON.parse(body)).sort()).toEqual(expect.arrayContaining(["code", "status", "title", "type"]));
  }
  if (status === 401) expect(challenge).toMatch(/^Bearer( error="invalid_token", error_description="[\w ]+")?$/);
  expect(hub.stats()).toMatchObject({ connections: 0 });
});

describe("JWKS", () => {
  const jwk = (key = t.rsa, more: object = {}) => ({ ...key.publicKey.export({ format: "jwk" }), ...more });

  async function withKeys(
    answer: RequestListener,
    run: (authorized: (token: string, more?: object) => Promise<number>, requests: () => number) => Promise<void>,
  ): Promise<void> {
    let asked = 0;
    const server = await listening(
      createServer((req, res) => {
        asked++;
        answer(req, res);
      }),
    );
    const url = `http://127.0.0.1:${server.port}/keys`;
    const authorizers = new Map<string, ReturnType<typeof jwtAuthorizer>>();
    const authorized = async (token: string, more: object = {}) => {
      const key = JSON.stringify(more);
      const authorize = authorizers.get(key) ?? jwtAuthorizer({ jwks: { url, ...more }, audience: "chat" });
      authorizers.set(key, authorize);
      const response = await hub.response(
        { url: "http://host/", headers: new Headers({ authorization: `Bearer ${token}` }) },
        { channels: ["c"], authorize },
      );
      await response.body?.cancel();
      return response.status;
    };
    try {
      await run(authorized, () => asked);
    } finally {
      await server.close();
    }
  }

  const json =
    (value: unknown): RequestListener =>
    (_, res) => {
      res.setHeader("content-type", "application/json");
      res.end(typeof value === "string" ? value : JSON.stringify(value));
    };

  test("is asked for once, and again for a key that it does not know, not more often than it may", async () => {
    let keys: object[] = [jwk(t.rsa, { kid: "1" })];
    await withKeys(
      (req, res) => json({ keys })(req, res),
      async (authorized, requests) => {
        expect(await authorized(t.rs256(t.claims(), t.rsa.privateKey, "1"))).toBe(200);
        expect(await authorized(t.rs256(t.claims(), t.rsa.privateKey, "1"))).toBe(200);
        expect(requests()).toBe(1);
        keys = [...keys, jwk(t.otherRsa, { kid: "2" })];
        for (let at = 0; at < 50; at++)
          expect(await authorized(t.rs256(t.claims(), t.otherRsa.privateKey, `x${at}`))).toBe(401);
        expect(requests()).toBe(1); // within the cool-down
        expect(await authorized(t.rs256(t.claims(), t.otherRsa.privateKey, "2"), { cooldownMs: 0 })).toBe(200);
      },
    );
  });

  test.each<[string, RequestListener, number]>([
    ["no JSON", json("<html>"), 503],
    ["a list", json([]), 503],
    ["no keys", json({ keys: "all" }), 503],
    ["an error", (_, res) => void res.writeHead(500).end(), 503],
    ["nothing there", (_, res) => void res.writeHead(404).end("{}"), 503],
    ["a redirect", (_, res) => void res.writeHead(302, { location: "http://127.0.0.1:9/" }).end(), 503],
    [
      "half an answer",
      (_, res) => {
        res.writeHead(200, { "content-length": "1000" });
        res.write("{");
        res.destroy();
      },
      503,
    ],
    ["a megabyte", json(JSON.stringify({ keys: [], pad: "x".repeat(1024 * 1024) })), 503],
    ["no answer in time", () => {}, 503],
    ["no key", json({ keys: [] }), 401],
    ["the key of another", json({ keys: [jwk(t.otherRsa)] }), 401],
    ["a secret", json({ keys: [{ kty: "oct", k: Buffer.from(t.SECRET).toString("base64url"), alg: "HS256" }] }), 401],
    ["a key for encryption", json({ keys: [jwk(t.rsa, { use: "enc" })] }), 401],
    ["the right key among ten", json({ keys: [...Array.from({ length: 5 }, () => jwk(t.otherRsa)), jwk()] }), 200],
    [
      "the right key as a thousandth",
      json({ keys: [...Array.from({ length: 999 }, () => jwk(t.otherRsa)), jwk()] }),
      503,
    ],
  ])("that answers %s", async (_, answer, status) => {
    await withKeys(answer, async (authorized) => {
      expect(await authorized(t.rs256(), { timeoutMs: 300 })).toBe(status);
      if (status === 401) expect(await authorized(t.hs256(), { timeoutMs: 300 })).toBe(401);
    });
  });
});

describe("what is wrong at the start", () => {
  test.each<[string, unknown, RegExp]>([
    ["no key", {}, /needs one of secret, publicKey and jwks; it has none/],
    ["two keys", { secret: t.SECRET, jwks: "https://a.example" }, /it has secret and jwks/],
    ["a short secret", { secret: "hunter2" }, /at least 32 bytes/],
    ["a secret that is a PEM", { secret: t.pem(t.rsa.publicKey) }, /say publicKey/],
    ["no secrets", { secret: [] }, /must not be empty/],
    ["a private key", { publicKey: t.rsa.privateKey.export({ type: "pkcs8", format: "pem" }) }, /private key/],
    ["a private JWK", { publicKey: t.ec.privateKey.export({ format: "jwk" }) }, /private key/],
    ["a secret as a JWK", { publicKey: { kty: "oct", k: "AAAA" } }, /say secret/],
    ["a text that is no key", { publicKey: "hello" }, /must be a public key/],
    ["alg none", { secret: t.SECRET, algorithms: ["none"] }, /algorithms cannot be "none"/],
    ["an algorithm of the other kind", { secret: t.SECRET, algorithms: ["RS256"] }, /not for a secret/],
    ["HS256 for a public key", { publicKey: t.pem(t.rsa.publicKey), algorithms: ["HS256"] }, /not for public keys/],
    ["an algorithm that no key fits", { publicKey: t.pem(t.rsa.publicKey), algorithms: ["ES256"] }, /no key fits/],
    ["keys over plain HTTP", { jwks: "http://login.example/keys" }, /must begin with https/],
    ["keys of a file", { jwks: "file:///etc/passwd" }, /must begin with https/],
    ["an address that is none", { jwks: "login" }, /must be an address/],
    ["a misspelt option", { secret: t.SECRET, issuers: "a" }, /is it "issuer"/],
    ["an empty audience", { secret: t.SECRET, audience: [] }, /must not be empty/],
    ["a mode that is none", { secret: t.SECRET, mode: "off" }, /mode cannot be "off"/],
    ["a tolerance of a day", { secret: t.SECRET, clockToleranceMs: 86_400_000 }, /clockToleranceMs/],
    ["an origin that is none", { secret: t.SECRET, origins: ["app.example"] }, /origins/],
  ])("%s", (_, options, message) => {
    expect(() => jwtAuthorizer(options as JwtAuthorizerOptions)).toThrow(message);
  });

  test.each([
    ["True", 401],
    ["FALSE", 200],
    [" false ", 200],
    ["0", undefined],
    ["no", undefined],
    ["", undefined],
  ])("REQUIRE_SSE_AUTH=%j", async (value, status) => {
    process.env.REQUIRE_SSE_AUTH = value;
    try {
      if (status === undefined)
        expect(() => jwtAuthorizer(forSecret)).toThrow(/REQUIRE_SSE_AUTH must be true or false/);
      else {
        const response = await answerTo({});
        await response.body?.cancel();
        expect(response.status).toBe(status);
      }
    } finally {
      delete process.env.REQUIRE_SSE_AUTH;
    }
  });

  test("the environment's true is stronger than the option", async () => {
    process.env.REQUIRE_SSE_AUTH = "true";
    try {
      expect((await answerTo({ options: { ...forSecret, mode: "demo" } })).status).toBe(401);
    } finally {
      delete process.env.REQUIRE_SSE_AUTH;
    }
  });
});
