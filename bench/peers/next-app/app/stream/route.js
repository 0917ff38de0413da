import { channels, hub } from "../../lib/hub.js";

export const dynamic = "force-dynamic";

/** A Response of one's own around the body: what Millrace cannot prove to be its own bytes goes through Next.js's stream. */
export async function GET(request) {
  const response = await hub.response(request, { channels });
  return new Response(response.body, response);
}
