import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import type { AttachOptions, CloseReason, Hub, SSEStream } from "../../js/src/server/index.js";

export interface Listening<Kind extends NetServer> {
  readonly server: Kind;
  readonly port: number;
  /** The sockets that Node has. */
  connections(): Promise<number>;
  /** Those that Node has had and destroyed: closed ones, and those that were handed over. */
  forgotten(): number;
  close(): Promise<void>;
}

/** Has the server listen on a free port of 127.0.0.1. */
export async function listening<Kind extends NetServer>(server: Kind): Promise<Listening<Kind>> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket));
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    forgotten: () => sockets.filter(({ destroyed }) => destroyed).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        (server as { closeAllConnections?: () => void }).closeAllConnections?.();
      }),
  };
}

export const serving = (handle: RequestListener): Promise<Listening<Server>> => listening(createServer(handle));

/** A node:http server that attaches every request to the hub; `streams` has the newest last. Its end waits for theirs. */
export async function attaching(
  hub: Hub,
  options: AttachOptions,
  also: { before?: RequestListener; after?: RequestListener } = {},
): Promise<Listening<Server> & { readonly streams: SSEStream[] }> {
  const streams: SSEStream[] = [];
  const server = await serving(async (req: IncomingMessage, res: ServerResponse) => {
    also.before?.(req, res as ServerResponse & { req: IncomingMessage });
    streams.push(await hub.attach(req, res, options));
    also.after?.(req, res as ServerResponse & { req: IncomingMessage });
  });
  const close = async () => {
    await server.close();
    await Promise.all(streams.map(({ closed }) => closed));
  };
  return { ...server, streams, close };
}

/** Resolves when the condition holds; for what nothing tells of. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** The newest stream, once there is one. */
export async function newest(streams: readonly SSEStream[], count = 1): Promise<SSEStream> {
  await until(() => streams.length >= count);
  const stream = streams.at(-1);
  if (stream === undefined) throw new Error("no stream");
  return stream;
}

/** Why the next stream of the hub to end has ended. */
export function nextEnd(hub: Hub): Promise<CloseReason> {
  return new Promise((resolve) => {
    const stop = hub.on("close", ({ reason }) => {
      stop();
      resolve(reason);
    });
  });
}
