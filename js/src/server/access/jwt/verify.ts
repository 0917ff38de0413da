import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from "jose";
import { SSEError } from "../../../shared/errors.js";
import { now } from "../../lifecycle/now.js";
import { bearerRefusal } from "../challenge.js";
import { remoteKeys } from "./key-set.js";
import type { CheckedJwtOptions } from "./options.js";
import { invalidToken } from "./token-of.js";

type Jose = typeof import("jose");

/** Keys of a set that all fit a token which names none; those behind them are not tried. */
const MOST_TRIED = 8;

/** Verifies tokens by `jose`, which is loaded for the first. */
export class Verifier {
  readonly #options: CheckedJwtOptions;
  #remote: JWTVerifyGetKey | undefined;

  constructor(options: CheckedJwtOptions) {
    this.#options = options;
  }

  /**
   * What the token says, if it is one.
   *
   * @throws SSEError `UNAUTHENTICATED`; `NO_AUTHORIZER` where nobody can say, for the keys cannot be loaded; Error where `jose` is not installed.
   */
  async verify(token: string): Promise<JWTPayload> {
    const jose = await loadJose();
    try {
      return await this.#verifyBy(jose, token);
    } catch (error) {
      if (error instanceof SSEError) throw error;
      const code = (error as { code?: unknown }).code;
      if (code === "ERR_JWT_EXPIRED") {
        throw bearerRefusal("UNAUTHENTICATED", "The token has expired", "invalid_token", error);
      }
      if (typeof code === "string" && /^ERR_J(?:WT|WS|OSE|WKS_NO|WKS_MULTIPLE)/.test(code)) throw invalidToken(error);
      throw error;
    }
  }

  async #verifyBy(jose: Jose, token: string): Promise<JWTPayload> {
    const { keys, keySet, algorithms, issuer, audience, clockToleranceMs, requiredClaims, typ } = this.#options;
    const how: JWTVerifyOptions = {
      algorithms: [...algorithms],
      clockTolerance: clockToleranceMs / 1000,
      requiredClaims: [...requiredClaims],
      ...(issuer && { issuer }),
      ...(audience && { audience }),
      ...(typ !== undefined && { typ }),
    };
    if (keySet !== undefined) {
      this.#remote ??= known(remoteKeys(jose, keySet), keySet.cooldownMs);
      return await withRemote(jose, token, this.#remote, how);
    }
    const { alg, kid } = headOf(jose, token);
    const fitting = keys.filter((key) => (key.algorithms as readonly unknown[]).includes(alg));
    const named = fitting.filter(({ id }) => id !== undefined && id === kid);
    let failure: unknown = invalidToken();
    for (const { key, algorithms: fit } of named.length > 0 ? named : fitting) {
      try {
        const both = algorithms.filter((one) => fit.includes(one));
        return (await jose.jwtVerify(token, key, { ...how, algorithms: both })).payload;
      } catch (error) {
        failure = error;
        if ((error as { code?: unknown }).code !== "ERR_JWS_SIGNATURE_VERIFICATION_FAILED") break;
      }
    }
    throw failure;
  }
}

function headOf(jose: Jose, token: string): { readonly alg?: string; readonly kid?: string } {
  try {
    return jose.decodeProtectedHeader(token);
  } catch {
    throw invalidToken(); // no JSON, or no object
  }
}

/** A set whose keys several fit is told by an error that gives them. */
async function withRemote(
  jose: Jose,
  token: string,
  find: JWTVerifyGetKey,
  how: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jose.jwtVerify(token, find, how)).payload;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_JWKS_MULTIPLE_MATCHING_KEYS") throw error;
    let tried = 0;
    for await (const key of error as AsyncIterable<CryptoKey>) {
      if (++tried > MOST_TRIED) break;
      const found = await jose.jwtVerify(token, key, how).catch((why: unknown) => {
        if ((why as { code?: unknown }).code !== "ERR_JWS_SIGNATURE_VERIFICATION_FAILED") throw why;
      });
      if (found) return found.payload;
    }
    throw invalidToken();
  }
}

/** Keys that could not be loaded are not asked for again for so long, in milliseconds. */
const LONGEST_REST_MS = 5000;

/** What is wrong with the keys is not the client's fault. */
function known(find: JWTVerifyGetKey, cooldownMs: number): JWTVerifyGetKey {
  let failed: { readonly atMs: number; readonly error: unknown } | undefined;
  return async (header, token) => {
    const isResting = failed !== undefined && now() - failed.atMs < Math.min(cooldownMs, LONGEST_REST_MS);
    try {
      if (isResting) throw failed?.error;
      return await find(header, token);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === "ERR_JWKS_NO_MATCHING_KEY" || code === "ERR_JWKS_MULTIPLE_MATCHING_KEYS") throw error;
      if (!isResting) failed = { atMs: now(), error };
      throw new SSEError("NO_AUTHORIZER", "The keys of the tokens' issuer cannot be loaded", { cause: error });
    }
  };
}

async function loadJose(): Promise<Jose> {
  try {
    return await import("jose");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`millrace/jwt could not load the package "jose" (npm install jose): ${why}`, { cause });
  }
}
