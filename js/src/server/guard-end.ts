import type { ServerResponse } from "node:http";

/** What a guard needs of a stream. */
interface Ending {
  readonly close: () => void;
  /** Called when its socket is nobody's but Node's again. */
  beforeEnd: (() => void) | undefined;
}

/**
 * Whoever ends the response while the core writes to its socket ends the stream: Node's own end would stand in the middle of
 * a chunk, or before bytes that a keep-alive connection takes for the next answer. The response's own `end` is back when the
 * core has stopped.
 */
export function guardEnd(res: ServerResponse, stream: Ending): void {
  const own = Object.getOwnPropertyDescriptor(res, "end");
  res.end = function end(this: ServerResponse) {
    stream.close();
    return this;
  } as ServerResponse["end"];
  stream.beforeEnd = () => {
    if (own === undefined) delete (res as { end?: unknown }).end;
    else Object.defineProperty(res, "end", own);
  };
}
