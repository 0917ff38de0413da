import { cuttable } from "@/lib/server/cuts";
import { workflows } from "@/lib/server/workflows";

export const GET = async (request: Request, { params }: { params: Promise<{ id: string }> }) =>
  workflows.response(cuttable(request), (await params).id);
/** Commands. */
export const POST = GET;
