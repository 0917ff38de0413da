import type { IncomingMessage, ServerResponse } from "node:http";
import { errorResponse, type RequestLike } from "../../server/hub-api.js";

/** A Node request, as far as a route looks at it. */
export function requestOf(req: IncomingMessage): RequestLike {
  const headers = {
    get: (name: string) => [req.headers[name.toLowerCase()] ?? []].flat()[0] ?? null,
    *[Symbol.iterator]() {
      for (const [name, value] of Object.entries(req.headers)) {
        for (const one of [value ?? []].flat()) yield [name, one] as const;
      }
    },
  };
  return { url: req.url ?? "/", method: req.method ?? "GET", headers };
}

/** Sends a short answer by Node's response; nothing where that has an answer already, or its client has gone. */
export async function writeAnswer(answer: Response, res: ServerResponse): Promise<void> {
  const text = await answer.text();
  if (res.headersSent || res.destroyed) return;
  res.writeHead(answer.status, Object.fromEntries(answer.headers));
  res.end(text);
}

/** The answer to a request that fails. Never throws. */
export function writeError(
  hub: { readonly name: string },
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  if (res.headersSent || res.destroyed) return;
  void writeAnswer(errorResponse(hub, error, requestOf(req)), res).catch(() => {});
}
