import { requireFunction, requireObject } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { RequestLike } from "../access/request-like.js";
import { type ContentStore, isCid, requireContentStore } from "../content/content-store.js";
import { contentsOf, hubOfStore } from "../content/contents.js";
import { type PlainHandler, requireAllowed, toPlainHandler } from "./plain-handler.js";

/** Options of {@link contentHandler}. */
export interface ContentHandlerOptions {
  /**
   * Says whether the request may see the content of this identifier. `false`, or any other answer than `true`, is answered 403; it may throw an SSEError
   * `UNAUTHENTICATED`, `FORBIDDEN` or `NOT_FOUND`. Without it everybody may in development, and nobody in production.
   */
  authorize?: (request: RequestLike, cid: string) => boolean | Promise<boolean>;
}

const OPTIONS: Names<ContentHandlerOptions> = { authorize: true };
const DEFAULT_HUB = "default";

/**
 * A handler that serves what `oversize: "reference"` has put into a content store: `GET …/<cid>`, the last part of the path or, where
 * that is none, the query `cid`. A content never changes, so browsers may keep it for good; it is asked for each time who may see it. 404: there is none, or
 * none any more. Refusals and errors are told to the hub whose `contentStore` it is.
 *
 * @example
 * // app/content/[cid]/route.ts
 * export const GET = contentHandler(store, { authorize: async (request) => (await session(request)) !== null });
 */
export function contentHandler(store: ContentStore, options: ContentHandlerOptions = {}): PlainHandler {
  requireContentStore("store", store);
  requireObject("options", options);
  requireKnown("contentHandler", options, OPTIONS);
  const { authorize } = options;
  if (authorize !== undefined) requireFunction("authorize", authorize);
  const hubName = () => hubOfStore(store) ?? DEFAULT_HUB;
  return toPlainHandler(hubName, async (request) => {
    const cid = cidIn(request.url);
    if (cid === undefined) throw new SSEError("NOT_FOUND", "This is the address of no content");
    await requireAllowed("contentHandler", hubName(), authorize && (() => authorize(request, cid)));
    const headers = {
      "Cache-Control": "private, max-age=31536000, immutable",
      ETag: `"${cid}"`,
      "X-Content-Type-Options": "nosniff",
    };
    const known = request.headers.get("if-none-match") ?? "";
    const bytes = await contentsOf(store).get(hubName(), cid);
    if (bytes === undefined) throw new SSEError("NOT_FOUND", "There is no such content, or none any more");
    if (known.trim() === "*" || known.includes(headers.ETag)) return new Response(null, { status: 304, headers });
    // No type that a browser would run or show.
    return new Response(new Uint8Array(bytes), { headers: { ...headers, "Content-Type": "application/octet-stream" } });
  });
}

/** The last part of the path or, where that is none, the query `cid`. */
function cidIn(url: string): string | undefined {
  const [path = "", query = ""] = (url.split("#", 1)[0] ?? "").split("?", 2);
  return [path.split("/").at(-1), new URLSearchParams(query).get("cid")].find((text) => isCid(text ?? "")) ?? undefined;
}
