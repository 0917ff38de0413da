import type { Authorize, Hub, RequestLike } from "../../server/hub-api.js";

/** A stream that is relayed, as the hub knows it. */
export interface RelayHold {
  /** It is over. */
  release(): void;
}

/**
 * Holds a place among the hub's streams for one that is relayed byte for byte: a stream of the same client and channel, which is read into nothing. So it is asked who may,
 * counts towards the limits, and ends where the hub's streams end: by a drain, by `disconnect` and `deny`, by what its client was let in for.
 *
 * @param ended - called when the hub ends it, and not when it is released.
 * @returns the hub's refusal where the client is not let in.
 */
export async function holdRelay(
  hub: Hub,
  request: RequestLike,
  channel: string,
  authorize: Authorize | undefined,
  ended: () => void,
): Promise<RelayHold | Response> {
  const over = new AbortController();
  const held = await hub.response(heldRequest(request, over.signal), {
    channels: [channel],
    heartbeat: false,
    direct: false,
    ...(authorize && { authorize }),
  });
  if (held.status !== 200 || held.body === null) return held;
  void drop(held.body).then(() => {
    if (!over.signal.aborted) ended();
  });
  return { release: () => over.abort() };
}

/** The client's, as whoever is asked knows it; what it asks for is the upstream's. */
function heldRequest({ url, headers }: RequestLike, signal: AbortSignal): RequestLike {
  const own = ["accept", "last-event-id", "x-event-types", "x-stream-channels"];
  return {
    url,
    method: "GET",
    headers: {
      get: (name) => (own.includes(name.toLowerCase()) ? null : headers.get(name)),
      *[Symbol.iterator]() {
        for (const pair of (headers as Iterable<[string, string]>) ?? []) if (!own.includes(pair[0])) yield pair;
      },
    },
    signal,
  };
}

/** A stream that nobody reads would be closed. */
async function drop(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  try {
    while (!(await reader.read()).done);
  } catch {
    // It was cut.
  }
}
