import type { Socket } from "node:net";

const STOPPED = Symbol("millrace.clock");

interface StoppedClock {
  timeoutMs: number;
  /** The socket's own `setTimeout`, if it had one. */
  readonly own: PropertyDescriptor | undefined;
}

type Stopped = Socket & { [STOPPED]?: StoppedClock | undefined };

/**
 * Stops the socket's inactivity timer: Node takes a socket for idle that the core writes to. Timeouts that are set meanwhile are
 * remembered until {@link startClock}.
 */
export function stopClock(socket: Stopped): void {
  if (socket[STOPPED] !== undefined) return;
  const clock: StoppedClock = {
    timeoutMs: socket.timeout ?? 0,
    own: Object.getOwnPropertyDescriptor(socket, "setTimeout"),
  };
  socket.setTimeout(0);
  socket[STOPPED] = clock;
  socket.setTimeout = rememberTimeout;
}

/** Starts Node's timer again, with the timeout that was set last. */
export function startClock(socket: Stopped): void {
  const clock = socket[STOPPED];
  if (clock === undefined) return;
  socket[STOPPED] = undefined;
  if (clock.own === undefined) delete (socket as { setTimeout?: unknown }).setTimeout;
  else Object.defineProperty(socket, "setTimeout", clock.own);
  if (!socket.destroyed) socket.setTimeout(clock.timeoutMs);
}

function rememberTimeout<Kind extends Stopped>(this: Kind, timeoutMs: number, callback?: () => void): Kind {
  const clock = this[STOPPED];
  if (clock !== undefined) clock.timeoutMs = timeoutMs;
  // As Node's own does.
  if (callback !== undefined && timeoutMs === 0) this.removeListener("timeout", callback);
  else if (callback !== undefined) this.once("timeout", callback);
  return this;
}
