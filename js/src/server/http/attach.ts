import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers";
import type { RequestLike } from "../stream/options.js";
import type { HubStream } from "../stream/stream.js";
import { descriptorOf, FirstChunk, mayBeDirect } from "../takeover/first-chunk.js";
import { flushed } from "../takeover/flushed.js";
import { OwnWrites } from "../takeover/own-writes.js";
import { PeerWatch } from "../takeover/peer-watch.js";
import { tieToServer } from "../takeover/server-tie.js";
import { beginTakeover, endTakeover } from "../takeover/takeover.js";
import { headersOf, keepingVary, nodeHeaders, streamHeaders } from "./response.js";

/** Node's requests as the rest of Millrace knows them, without holding them. */
export function requestLike({ url, method, headers }: IncomingMessage, signal: AbortSignal): RequestLike {
  return {
    url: url ?? "/",
    method: method ?? "GET",
    headers: {
      get: (name) => {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(", ") : (value ?? null);
      },
    },
    signal,
  };
}

export interface AttachWay {
  /** Default: where nobody needs what Node would say of the socket. */
  readonly handOver: boolean | undefined;
  readonly headers: Record<string, string>;
  readonly direct: boolean;
  /** Called at the stream's end, or when its socket is nobody's but the core's. */
  readonly release: () => void;
}

/** Answers with the stream, by the shortest way there is; the head and the first bytes go through Node. */
export function attachStream(stream: HubStream, req: IncomingMessage, res: ServerResponse, way: AttachWay): void {
  const { handOver, headers, direct } = way;
  stream.forgetSignal(); // the watch's from now on
  const watch = new PeerWatch(stream, req, res);
  // Node cannot read the next request from a socket that it has given away.
  const givesAway = direct && mayBeDirect(res) && (handOver ?? !watch.isNeeded());
  const usual = { ...keepingVary(res, headersOf(stream)), ...(givesAway && { Connection: "close" }) };
  if (res.hasHeader("content-length")) res.removeHeader("content-length");
  // Node does not frame a body any more whose header was removed.
  if (res.hasHeader("transfer-encoding")) res.setHeader("Transfer-Encoding", "chunked");
  res.writeHead(200, nodeHeaders(streamHeaders(usual, headers)));
  const first = stream.takeFirst();
  const { socket } = res;
  let proof: FirstChunk | undefined;
  if (first.length === 0) {
    res.flushHeaders();
  } else if (direct && socket !== null && mayBeDirect(res)) {
    proof = new FirstChunk(res, socket, first);
    proof.send();
    proof.stop();
  } else {
    res.write(first);
  }
  flush(res);
  const isProven = proof?.state === "proven" && !isEncoded(res, stream) && socket !== null;
  void deliver(stream, res, isProven ? { proof: proof as FirstChunk, socket, req, watch, way } : undefined);
}

/** By somebody else. */
function isEncoded(res: ServerResponse, stream: HubStream): boolean {
  return res.hasHeader("content-encoding") && !stream.facts.isCompressed;
}

/** What it takes for the core to write to the socket itself. */
interface Chance {
  readonly proof: FirstChunk;
  readonly socket: Socket;
  readonly req: IncomingMessage;
  readonly watch: PeerWatch;
  readonly way: AttachWay;
}

/** Has the core write, as soon as everything that was written through Node has left; until then, and else, Node does. */
async function deliver(stream: HubStream, res: ServerResponse, chance: Chance | undefined): Promise<void> {
  const ownWrites = new OwnWrites(res, stream);
  const delivery = { stream, res, chance, ownWrites };
  ownWrites.begin();
  try {
    // What the caller does next, in the same turn, may show that somebody listens to the socket's events.
    if (chance !== undefined) await new Promise((resolve) => setImmediate(resolve));
    if ((await isTakenOver(delivery)) || (await isTakenOverAfterWriting(delivery))) return;
    ownWrites.finish();
    if (!isOver(res)) res.end();
  } catch {
    res.destroy(); // somebody else reads the stream
  } finally {
    ownWrites.finish();
  }
  stream.leave();
}

interface Delivery {
  readonly stream: HubStream;
  readonly res: ServerResponse;
  readonly chance: Chance | undefined;
  readonly ownWrites: OwnWrites;
}

/** Has Node write, until the stream or the response ends, or the core writes; says whether it does. */
async function isTakenOverAfterWriting(delivery: Delivery): Promise<boolean> {
  const { stream, res, ownWrites } = delivery;
  const reader = stream.stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    if (isOver(res)) break;
    const hasRoom = ownWrites.write(step.value);
    flush(res);
    // No read waits now, so nothing that the core is to write can be given to anybody else.
    if (await isTakenOver(delivery)) return true;
    if (!hasRoom && isFull(res)) await nextOf(res, ["drain", "close"]);
    ownWrites.settle();
  }
  return false;
}

/** Has the core write if all that Node has leaves soon; says whether it does. */
async function isTakenOver({ stream, res, chance, ownWrites }: Delivery): Promise<boolean> {
  // Our own functions are in nobody's way: it is looked at what the response has without them.
  const without = (look: () => boolean) => {
    ownWrites.end();
    const isSo = look();
    if (!stream.isTakenOver) ownWrites.begin();
    return isSo;
  };
  if (chance === undefined || !without(() => chance.proof.holds()) || !(await flushed(chance.socket))) return false;
  return without(() => takeOver(stream, res, chance));
}

/** HTTP/2's response does not say itself whether it will emit `drain`, but its stream does. */
function isFull(res: ServerResponse): boolean {
  const { stream } = res as { stream?: { readonly writableNeedDrain: boolean } };
  return res.writableNeedDrain ?? stream?.writableNeedDrain ?? false;
}

function isOver(res: ServerResponse): boolean {
  return res.destroyed || res.writableEnded;
}

/** Says whether the core writes from now on. */
function takeOver(stream: HubStream, res: ServerResponse, { proof, socket, req, watch, way }: Chance): boolean {
  if (stream.hasEnded || res.writableEnded || !proof.holds()) return false; // what it sent before its end is in its body
  const descriptor = descriptorOf(socket);
  const isHandedOver = way.handOver ?? !watch.isNeeded();
  // A stream that was handed over must hold nothing of Node's: that is most of an idle connection's memory.
  const onEnd = isHandedOver ? undefined : (isWhole: boolean) => endResponse(res, isWhole);
  if (descriptor < 0 || !stream.divert({ descriptor, onEnd })) return false;
  if (isHandedOver) {
    way.release();
    stream.beforeEnd = undefined;
    tieToServer(stream, req.socket);
    watch.handOver();
  } else {
    stream.beforeEnd = () => {
      endTakeover(res);
      way.release();
    };
  }
  beginTakeover(res, stream);
  return true;
}

function endResponse(res: ServerResponse, isWhole: boolean): void {
  if (isWhole && !res.writableEnded) res.end();
  else res.destroy(); // half a chunk may be out: only the connection's end is clear to the client
}

/** What compression middleware still holds. */
function flush(res: ServerResponse): void {
  (res as { flush?: () => void }).flush?.();
}

function nextOf(res: ServerResponse, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) res.off(event, done);
      resolve();
    };
    for (const event of events) res.on(event, done);
    if (res.destroyed) done();
  });
}
