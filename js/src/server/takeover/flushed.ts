import type { Socket } from "node:net";

/** A client that has not taken what waits for it after so long is a slow one. */
const PATIENCE_MS = 10_000;

/** Whether everything that Node has for the socket has left. */
export function isFlushed(socket: Socket): boolean {
  return !isOver(socket) && socket.writableLength === 0 && socket.writableCorked === 0;
}

/** Resolves as soon as everything has left, the socket is closed, or the time is over. */
export function flushed(socket: Socket): Promise<void> {
  if (isFlushed(socket) || isOver(socket)) return Promise.resolve();
  return new Promise((resolve) => {
    let hasSettled = false;
    const settle = () => {
      hasSettled = true;
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(settle, PATIENCE_MS);
    timer.unref?.();
    const look = () => {
      if (hasSettled) return;
      if (isFlushed(socket) || isOver(socket)) settle();
      // The callback of an empty write comes after everything before it, and when the socket is destroyed.
      else socket.write("", look);
    };
    look();
  });
}

function isOver(socket: Socket): boolean {
  return socket.destroyed || socket.writableEnded;
}
