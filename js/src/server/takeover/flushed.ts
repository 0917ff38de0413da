import type { Socket } from "node:net";

/** A client that has not taken what waits for it after so long is a slow one. */
const PATIENCE_MS = 10_000;

/** Whether everything that Node has for the socket has left. */
export function isFlushed(socket: Socket): boolean {
  return !isOver(socket) && socket.writableLength === 0 && socket.writableCorked === 0;
}

/** Resolves with that: as soon as it is so, when the socket is closed, or when the time is over. */
export function flushed(socket: Socket): Promise<boolean> {
  if (isFlushed(socket) || isOver(socket)) return Promise.resolve(!isOver(socket));
  return new Promise((resolve) => {
    let hasWaited = false;
    const timer = setTimeout(() => settle(false), PATIENCE_MS);
    timer.unref?.();
    const settle = (hasLeft: boolean) => {
      hasWaited = true;
      clearTimeout(timer);
      resolve(hasLeft);
    };
    const look = () => {
      if (hasWaited) return;
      if (isFlushed(socket) || isOver(socket)) settle(!isOver(socket));
      // Its callback comes after everything before it, and when the socket is destroyed.
      else socket.write("", look);
    };
    look();
  });
}

function isOver(socket: Socket): boolean {
  return socket.destroyed || socket.writableEnded;
}
