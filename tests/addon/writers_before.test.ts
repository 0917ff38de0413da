import { createServer, type IncomingMessage, OutgoingMessage, type Server, ServerResponse } from "node:http";
import { Writable } from "node:stream";
import { jest } from "@jest/globals";
import compression from "compression";
import express from "express";
import { createHub, type Hub } from "../../js/src/server/index.js";
import { type Listening, listening, serving, until } from "./listening.js";
import { piping } from "./piping.js";
import { RawClient } from "./raw_client.js";

// Who stands between a response and its socket before the core writes sees every chunk, or the core does not write.

type Write = ServerResponse["write"];

const masked = (chunk: unknown) => Buffer.from(String(Buffer.from(chunk as Uint8Array)).replaceAll("secret", "******"));

/** A middleware that hides what nobody is to see. */
function mask(res: ServerResponse): void {
  const write = res.write;
  res.write = ((chunk: unknown, ...rest: unknown[]) => Reflect.apply(write, res, [masked(chunk), ...rest])) as Write;
}

/** The same, one layer below. */
function maskSend(res: ServerResponse): void {
  const inner = res as unknown as { _send: (data: unknown, ...rest: unknown[]) => boolean };
  const send = inner._send;
  inner._send = (data, ...rest) =>
    send.call(res, typeof data === "string" || data === undefined ? data : masked(data), ...rest);
}

class MaskingResponse extends ServerResponse {
  override write(chunk: unknown, ...rest: unknown[]): boolean {
    return super.write(masked(chunk), ...(rest as []));
  }
}

const attach = (hub: Hub) => (req: IncomingMessage, res: ServerResponse) => hub.attach(req, res, { channels: ["c"] });
const app = (hub: Hub, ...middleware: express.RequestHandler[]) => {
  const server = express();
  for (const one of middleware) server.use(one);
  server.get("/", (req, res) => attach(hub)(req, res));
  return serving(server);
};
const masking: express.RequestHandler = (_, res, next) => {
  mask(res);
  next();
};

const servers: Record<string, (hub: Hub) => Promise<Listening<Server>>> = {
  "an own write": (hub) =>
    serving((req, res) => {
      mask(res);
      return attach(hub)(req, res);
    }),
  "an own _send": (hub) =>
    serving((req, res) => {
      maskSend(res);
      return attach(hub)(req, res);
    }),
  "a class of its own": (hub) =>
    listening(createServer({ ServerResponse: MaskingResponse as typeof ServerResponse }, attach(hub))),
  "Node's class, patched": (hub) => {
    const write = OutgoingMessage.prototype.write;
    jest.spyOn(OutgoingMessage.prototype, "write").mockImplementation(function (
      this: OutgoingMessage,
      chunk: unknown,
      ...rest: unknown[]
    ) {
      return Reflect.apply(write, this, [masked(chunk), ...rest]);
    } as Write);
    return serving(attach(hub));
  },
  "Express, below compression": (hub) => app(hub, masking, compression()),
  "Express, above compression": (hub) => app(hub, compression(), masking),
  "after attach, in the same turn": (hub) =>
    serving((req, res) => {
      void attach(hub)(req, res).then(() => mask(res));
    }),
  "a body that the server pipes": (hub) => piping(hub, { channels: ["c"] }, (_, res) => mask(res)),
  "a body that is piped into Node's own sink, above compression": (hub) => {
    const compress = compression();
    const before = (req: IncomingMessage, res: ServerResponse) => {
      compress(req as express.Request, res as express.Response, () => {});
      mask(res);
    };
    const toSink = (res: ServerResponse) => Writable.toWeb(res) as WritableStream<Uint8Array>;
    return piping(hub, { channels: ["c"] }, before, toSink);
  },
  "a body that the server pipes, below": (hub) => piping(hub, { channels: ["c"] }, (_, res) => maskSend(res)),
};

afterEach(() => jest.restoreAllMocks());

test.each(Object.entries(servers))("who changes what is written changes every chunk: %s", async (name, serve) => {
  const hub = createHub({ name: `masked: ${name}` });
  const { port, close } = await serve(hub);
  const client = await (await RawClient.open(port, { headers: { "Accept-Encoding": "gzip" } })).untilOpen();
  for (let n = 1; n <= 5; n++) {
    hub.publish("c", { event: "e", data: `secret ${n}` });
    await client.untilEvents(n);
  }
  expect(client.events).toEqual([1, 2, 3, 4, 5].map((n) => `e:"****** ${n}"`));
  expect(hub.stats().takenOver).toBe(0);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});

test("an own end keeps the core from writing", async () => {
  const hub = createHub({ name: "own end" });
  const { port, close } = await serving((req, res) => {
    const { end } = res;
    res.end = ((...args: unknown[]) => Reflect.apply(end, res, args)) as typeof res.end;
    return attach(hub)(req, res);
  });
  const client = await (await RawClient.open(port)).untilOpen();
  hub.publish("c", { event: "e", data: 1 });
  await client.untilEvents(1);
  expect(hub.stats().takenOver).toBe(0);
  client.leave();
  await close();
});

describe("who is known changes nothing", () => {
  const open: Record<string, (hub: Hub) => Promise<Listening<Server>>> = {
    "node:http": (hub) => serving(attach(hub)),
    "an Express app": (hub) => app(hub),
    "one with compression": (hub) => app(hub, compression()),
    "one with compression twice": (hub) => app(hub, compression(), compression()),
    "a body that the server pipes": (hub) => piping(hub, { channels: ["c"] }),
    "a body that is piped into Node's own sink": (hub) =>
      piping(
        hub,
        { channels: ["c"] },
        () => {},
        (res) => Writable.toWeb(res) as WritableStream<Uint8Array>,
      ),
    "a body that the server pipes behind compression": (hub) => {
      const compress = compression();
      return piping(hub, { channels: ["c"] }, (req, res) =>
        compress(req as express.Request, res as express.Response, () => {}),
      );
    },
  };

  test.each(Object.entries(open))("%s", async (name, serve) => {
    const hub = createHub({ name: `known: ${name}` });
    const { port, close } = await serve(hub);
    const client = await (await RawClient.open(port, { headers: { "Accept-Encoding": "gzip" } })).untilOpen();
    await until(() => hub.stats().takenOver === 1);
    for (let n = 1; n <= 5; n++) hub.publish("c", { event: "e", data: n });
    await client.untilEvents(5);
    expect(client.events).toEqual(["e:1", "e:2", "e:3", "e:4", "e:5"]);
    client.leave();
    await until(() => hub.stats().connections === 0);
    await close();
  });

  test("Error is as it was", async () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    const hub = createHub({ name: "error" });
    const { port, close } = await serving(attach(hub));
    const client = await (await RawClient.open(port)).untilOpen();
    await until(() => hub.stats().takenOver === 1);
    expect([Error.prepareStackTrace, Error.stackTraceLimit]).toEqual([prepareStackTrace, stackTraceLimit]);
    client.leave();
    await close();
  });
});
