import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { writeToSockets } from "../../js/src/server/http/node-requests.js";
import type { Hub, ResponseOptions } from "../../js/src/server/index.js";
import { type Listening, serving } from "./listening.js";

/** A node:http server that pipes `hub.response` into its responses, as Next.js does with what a route handler returns. */
export function piping(
  hub: Hub,
  options: ResponseOptions,
  before: (req: IncomingMessage, res: ServerResponse) => void = () => {},
  toSink: (res: ServerResponse) => WritableStream<Uint8Array> = sinkOf,
): Promise<Listening<Server>> {
  writeToSockets();
  return serving(async (req, res) => {
    before(req, res);
    const gone = new AbortController();
    res.on("close", () => gone.abort());
    const headers = Object.entries(req.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const request = new Request(`http://localhost${req.url}`, { headers, signal: gone.signal });
    const response = await hub.response(request, options);
    res.writeHead(response.status, Object.fromEntries(response.headers));
    res.flushHeaders();
    await response.body?.pipeTo(toSink(res), { signal: gone.signal }).catch(() => {});
  });
}

function sinkOf(res: ServerResponse): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    async write(chunk) {
      if (!res.write(chunk)) await new Promise<void>((resolve) => res.once("drain", resolve).once("close", resolve));
    },
    close: () => void res.end(),
    abort: () => void res.destroy(),
  });
}
