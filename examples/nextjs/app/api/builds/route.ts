import { BUILDS_CHANNEL } from "@/lib/build";
import { hub } from "@/lib/server/hub";

export const GET = (request: Request) => hub.response(request, { channels: [BUILDS_CHANNEL] });
