import { requireObject } from "../../shared/arguments.js";
import { requireKnown } from "../../shared/misspelt.js";
import { withoutUndefined } from "../../shared/without-undefined.js";
import { countRefused } from "../observe/refusals.js";
import { streamDefaults } from "../stream/defaults.js";
import { HubStream } from "../stream/hub-stream.js";
import { checkStreamOptions, STREAM_OPTIONS, type StreamOptions } from "../stream/options.js";
import { isCompressed } from "./answer-request.js";
import { releaseAtEnd } from "./claim-socket.js";
import { UnderlyingResponse } from "./underlying-response.js";

/**
 * Opens a stream that reads no channel yet, for the web `Request` that is being handled.
 *
 * @throws what {@link Hub.createStream} documents.
 */
export function createStream(hubName: string, options: StreamOptions): HubStream {
  requireObject("options", options);
  requireKnown("createSSEStream", options, STREAM_OPTIONS);
  checkStreamOptions(options);
  const { request, direct } = options;
  if (request !== undefined && typeof request?.headers?.get !== "function") {
    throw new TypeError(
      "request must be a web Request; for a request of Node's there is hub.attach(req, res, options)",
    );
  }
  const node = new UnderlyingResponse();
  const release = node.claim();
  try {
    const how = { ...streamDefaults(hubName), ...withoutUndefined(options) };
    const stream = new HubStream(hubName, how, isCompressed({ request, mayCompress: node.mayCompress }, how.compress));
    releaseAtEnd(stream, release);
    node.carry(stream, direct !== false);
    if (!stream.hasEnded) {
      stream.announce({ channels: [], userId: undefined, request, ownTraceId: options.traceId || undefined });
    }
    return stream;
  } catch (error) {
    release();
    countRefused("stream", hubName, error);
    throw error;
  }
}
