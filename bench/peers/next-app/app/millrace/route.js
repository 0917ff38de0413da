import { channels, hub } from "../../lib/hub.js";

export const dynamic = "force-dynamic";
export const GET = (request) => hub.response(request, { channels });
