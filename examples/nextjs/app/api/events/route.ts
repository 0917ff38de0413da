import { createSSEStream, registerConnection, sseResponse } from "millrace";
import { parseChannels } from "@/lib/channels";
import { problem } from "@/lib/server/problem";
import { welcome } from "@/lib/server/streams";

export async function GET(request: Request): Promise<Response> {
  const channels = parseChannels(new URL(request.url).searchParams.get("channels"));
  if (!channels) return problem(400, "BAD_REQUEST", "channels must be a list out of notify, stats and chat:<tab>");

  const cut = new AbortController();
  const { url, method, headers } = request;
  const signal = AbortSignal.any([request.signal, cut.signal]);
  const stream = createSSEStream({ request: { url, method, headers, signal } });
  for (const channel of channels) registerConnection(channel, stream.send);
  welcome(stream, cut);
  return sseResponse(stream);
}
