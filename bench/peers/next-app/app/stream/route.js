import { channels, hub } from "../../lib/hub.js";

export const dynamic = "force-dynamic";

/** Every byte through Next.js's stream, as behind TLS or HTTP/2. */
export const GET = (request) => hub.response(request, { channels, direct: false });
