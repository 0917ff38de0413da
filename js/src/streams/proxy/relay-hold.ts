import type { Hub, Permission } from "../../server/hub-api.js";

/** A stream that is relayed, as the hub knows it. */
export interface RelayHold {
  /** It is over. */
  release(): void;
}

/**
 * Holds a place among the hub's streams for one that is relayed byte for byte: it counts towards the limits, and ends where the hub's streams end: by a drain, by
 * `disconnect` and `deny`, by what its client was let in for.
 *
 * @param ended - called when the hub ends it, and not when it is released.
 * @throws SSEError as a stream of the hub is refused.
 */
export function holdRelay(
  hub: Hub,
  channel: string,
  permission: Permission,
  ended: (reason: string) => void,
): RelayHold {
  const { userId, expiresAt, facts } = permission;
  const stream = hub.createStream({
    heartbeat: false,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(facts !== undefined && { facts }),
  });
  try {
    hub.register(channel, stream.send, userId === undefined ? {} : { userId });
  } catch (error) {
    stream.close();
    throw error;
  }
  let isReleased = false;
  void drop(stream.stream);
  void stream.closed.then((reason) => {
    if (!isReleased) ended(reason);
  });
  return {
    release: () => {
      isReleased = true;
      stream.close();
    },
  };
}

/** A stream that nobody reads would be closed. */
async function drop(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  try {
    while (!(await reader.read()).done);
  } catch {
    // It was cut, which `closed` tells.
  }
}
