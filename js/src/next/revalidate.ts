import { isPlainObject } from "../shared/arguments.js";
import { revalidateSecret } from "./revalidate-secret.js";

/** Of one request. */
export const MOST_TAGS = 1000;
/** In characters; Next.js takes no longer ones. */
export const LONGEST_TAG = 256;
/** In characters. */
export const LONGEST_BODY = 2 * MOST_TAGS * LONGEST_TAG;

/**
 * The route to which {@link revalidateOn} tells the tags: Next.js lets a cache be revalidated within a request only. It answers this process alone.
 *
 * @example
 * // app/api/revalidate/route.ts
 * export { revalidate as POST } from "millrace/next";
 */
export async function revalidate(request: Request): Promise<Response> {
  if (!isSecret(request.headers.get("authorization"))) return problem(403, "FORBIDDEN", "Only this server may do that");
  const text = await request.text();
  const { tags, profile } = read(text.length > LONGEST_BODY ? "" : text);
  if (tags === undefined)
    return problem(400, "BAD_REQUEST", "The body must be { tags: string[], profile: string | { expire: number } }");
  const { revalidateTag } = await import("next/cache.js");
  // Next.js 15 takes the tag alone.
  for (const tag of tags) (revalidateTag as (tag: string, profile: unknown) => void)(tag, profile);
  return new Response(null, { status: 204 });
}

function read(text: string): { readonly tags?: readonly string[]; readonly profile?: unknown } {
  try {
    const { tags, profile } = Object(JSON.parse(text)) as { tags?: unknown; profile?: unknown };
    const isProfile = typeof profile === "string" || isPlainObject(profile);
    if (!Array.isArray(tags) || tags.length > MOST_TAGS || !tags.every(isTag) || !isProfile) return {};
    return { tags, profile };
  } catch {
    return {};
  }
}

/** One that Next.js takes. */
export function isTag(tag: unknown): tag is string {
  return typeof tag === "string" && tag !== "" && tag.length <= LONGEST_TAG;
}

/** Compared as a whole, however much of it is right. */
function isSecret(given: string | null): boolean {
  const wanted = `Bearer ${revalidateSecret()}`;
  if (given?.length !== wanted.length) return false;
  let difference = 0;
  for (let at = 0; at < wanted.length; at++) difference |= given.charCodeAt(at) ^ wanted.charCodeAt(at);
  return difference === 0;
}

function problem(status: number, code: string, detail: string): Response {
  const headers = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
  return new Response(JSON.stringify({ type: "about:blank", status, code, detail }), { status, headers });
}
