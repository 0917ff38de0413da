import type { ServerResponse } from "node:http";

/** Whether nothing can be written to the response any more. */
export function isOver(res: ServerResponse): boolean {
  return res.destroyed || res.writableEnded;
}
