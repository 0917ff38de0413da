import { cuttable } from "@/lib/server/cuts";
import { logs } from "@/lib/server/logs";

export const GET = async (request: Request, { params }: { params: Promise<{ room: string }> }) =>
  logs.response(cuttable(request), (await params).room);
