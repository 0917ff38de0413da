import type { SSEClientOptions } from "../options/options.js";

/**
 * The name that tabs share a connection by: equal where every tab would make the same request, for the same user. Undefined
 * where that cannot be known, so that the tab has a connection of its own.
 */
export function shareNameOf(url: string, options: SSEClientOptions): string | undefined {
  const {
    shareAcrossTabs,
    method,
    body,
    headers,
    events,
    withCredentials = false,
    transport,
    resumeBy,
    fetch,
  } = options;
  const user = options.user || undefined;
  const wanted = events && [...events].sort();
  // The leader hears no more than its own `events`: a tab that wants others cannot follow it.
  if (typeof shareAcrossTabs === "string") return JSON.stringify([shareAcrossTabs, user, wanted]);
  // What a function answers or adds, and whose cookies they are, another tab cannot see.
  if (user === undefined && (typeof headers === "function" || fetch || withCredentials)) return undefined;
  const sent = bodyText(body);
  if (sent === undefined) return undefined;
  const named = typeof headers === "function" ? "function" : [...new Headers(headers)].sort();
  return JSON.stringify([
    url.replace(/#.*/, ""),
    method?.toUpperCase(),
    sent,
    named,
    wanted,
    withCredentials,
    transport,
    resumeBy,
    user,
  ]);
}

/** A text that is equal for equal bodies; undefined where they would have to be read first. */
function bodyText(body: SSEClientOptions["body"]): string | undefined {
  if (body === undefined || body === null) return "";
  if (typeof body === "string") return `text ${body}`;
  if (body instanceof URLSearchParams) return `form ${body}`;
  if (body instanceof ArrayBuffer) return `bytes ${new Uint8Array(body)}`;
  if (ArrayBuffer.isView(body)) return `bytes ${new Uint8Array(body.buffer, body.byteOffset, body.byteLength)}`;
  if (!(body instanceof FormData)) return undefined;
  const fields = [...body];
  return fields.every(([, value]) => typeof value === "string") ? `fields ${JSON.stringify(fields)}` : undefined;
}
