import { createSSEStream, registerConnection, sseResponse } from "@acme/realtime";

export async function GET(request) {
  const stream = createSSEStream({ request });
  registerConnection("news", stream.send);
  return sseResponse(stream);
}
