import { createSSEStream, registerConnection, sseResponse } from "millrace";

export async function GET(request) {
  const stream = createSSEStream({ request });
  registerConnection("news", stream.send);
  return sseResponse(stream);
}
