import { createHmac, timingSafeEqual } from "node:crypto";
import type { ConnectionId } from "../../native/binding.js";
import { environment } from "../lifecycle/environment.js";

/** 128 bits cannot be guessed. */
const SIGNATURE_BYTES = 16;

/**
 * Whoever has it may have a stream read other channels: only the stream's client is told it. It is signed with a secret of the process, so that nothing is kept
 * for it.
 */
export function controlToken(hubName: string, connection: ConnectionId): string {
  return `s${connection}.${sign(hubName, connection).toString("base64url")}`;
}

/** The connection that a token is for; undefined for any other text. */
export function connectionOf(hubName: string, token: string): ConnectionId | undefined {
  const [, id] = /^s(\d{1,15})\.[\w-]{22}$/.exec(token) ?? [];
  if (id === undefined) return undefined;
  const connection = Number(id);
  const own = Buffer.from(controlToken(hubName, connection));
  const given = Buffer.from(token);
  return own.length === given.length && timingSafeEqual(own, given) ? connection : undefined;
}

function sign(hubName: string, connection: ConnectionId): Buffer {
  const what = JSON.stringify(["millrace control", hubName, connection]);
  return createHmac("sha256", environment().secret).update(what).digest().subarray(0, SIGNATURE_BYTES);
}
