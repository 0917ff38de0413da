/** What the tie needs of a stream. */
interface TiedStream {
  leave(): void;
  beforeEnd: ((stream: never) => void) | undefined;
}

/** What Node's servers keep of their sockets, and what they do when one closes. */
interface Counting {
  _connections?: unknown;
  _emitCloseIfDrained?: () => void;
  closeAllConnections?: () => void;
}

interface Tie {
  readonly streams: Set<TiedStream>;
  readonly counting: Counting;
  /** A stream has ended. */
  readonly release: (stream: TiedStream) => void;
}

const ties = new WeakMap<object, Tie>();

/**
 * A stream whose socket Node has released stays one of the server's connections: it counts for `getConnections`,
 * `maxConnections` and `close`, and `closeAllConnections` cuts it. To be called before Node's socket is destroyed.
 */
export function tieToServer(stream: TiedStream, socket: object): void {
  // The HTTP server, and the one that has accepted the socket: mostly one.
  const { server, _server } = socket as { server?: Counting; _server?: Counting };
  if (server == null) return;
  let tie = ties.get(server);
  if (tie === undefined) {
    tie = tieOf(server, _server ?? server);
    ties.set(server, tie);
  }
  if (tie.counting !== (_server ?? server)) return;
  tie.streams.add(stream);
  count(tie.counting, 1);
  stream.beforeEnd = tie.release; // one function a server: one for each stream would cost more than the connection
}

function tieOf(server: Counting, counting: Counting): Tie {
  const streams = new Set<TiedStream>();
  const { closeAllConnections } = server;
  if (closeAllConnections !== undefined) {
    server.closeAllConnections = function (this: Counting) {
      closeAllConnections.call(this);
      for (const stream of [...streams]) stream.leave();
    };
  }
  const release = (stream: TiedStream) => {
    if (!streams.delete(stream)) return;
    count(counting, -1);
    counting._emitCloseIfDrained?.();
  };
  return { streams, counting, release };
}

/** As Node does it, where it does. */
function count(server: Counting, change: number): void {
  if (typeof server._connections === "number") server._connections += change;
}
