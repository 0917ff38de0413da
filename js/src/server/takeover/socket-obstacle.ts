import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { DeclineReason } from "../observe/takeover-counts.js";
import { isPlain } from "./write-path.js";

/** A socket's descriptor, or -1. */
export function descriptorOf(socket: Socket): number {
  const handle = (socket as { _handle?: { fd?: unknown } })._handle;
  return typeof handle?.fd === "number" ? handle.fd : -1;
}

/** Why the core cannot write to the response's socket, as far as that shows before the first chunk; undefined: it may. */
export function socketObstacle({ req, socket }: ServerResponse): DeclineReason | undefined {
  if (req?.httpVersion !== "1.1") return "notHttp11";
  if (socket === null) return "noSocket";
  if (socket.destroyed) return "ended";
  if ((socket as { encrypted?: boolean }).encrypted === true) return "encrypted";
  if (descriptorOf(socket) < 0) return "noDescriptor";
  return isPlain(socket) ? undefined : "wrappedSocket";
}
