import type { IncomingMessage, ServerResponse } from "node:http";
import { errorResponse } from "../../server/hub-api.js";
import { nodeRequest } from "../../shared/node-request.js";

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
  void writeAnswer(errorResponse(hub, error, nodeRequest(req)), res).catch(() => {});
}
