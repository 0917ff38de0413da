import { createHmac, timingSafeEqual } from "node:crypto";
import type { ConnectionId } from "../../native/binding.js";
import { environment } from "../lifecycle/environment.js";

/** 128 bits cannot be guessed. */
const SIGNATURE_BYTES = 16;

/**
 * Whoever has it may have a stream read other channels: only the stream's client is told it, and it counts for the stream's user only. It is signed with a
 * secret of the process, so that nothing is kept for it.
 */
export function controlToken(hubName: string, connection: ConnectionId, userId: string | undefined): string {
  return `s${connection}.${sign(hubName, connection, userId).toString("base64url")}`;
}

/** The connection that a token is for, if this user has it; undefined for any other text. */
export function connectionOf(hubName: string, token: string, userId: string | undefined): ConnectionId | undefined {
  const [, id, signature] = /^s(\d{1,15})\.([\w-]{22})$/.exec(token) ?? [];
  if (id === undefined || signature === undefined) return undefined;
  const connection = Number(id);
  const isOwn = timingSafeEqual(Buffer.from(signature, "base64url"), sign(hubName, connection, userId));
  return isOwn ? connection : undefined;
}

function sign(hubName: string, connection: ConnectionId, userId: string | undefined): Buffer {
  const what = JSON.stringify(["millrace control", hubName, connection, userId ?? null]);
  return createHmac("sha256", environment().secret).update(what).digest().subarray(0, SIGNATURE_BYTES);
}
