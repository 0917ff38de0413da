import { createSSEStream, sseResponse } from "@acme/realtime";

export const runtime = "edge";

export function GET(request) {
  try {
    return sseResponse(createSSEStream({ request }));
  } catch ({ name, code, message }) {
    return Response.json({ name, code, message });
  }
}
