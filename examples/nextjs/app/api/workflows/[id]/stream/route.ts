import { cuttable } from "@/lib/server/cuts";
import { workflows } from "@/lib/server/workflows";

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  return cuttable(request, ({ request, onClose }) => workflows.response(request, id, { onClose }));
}
/** Commands. */
export const POST = GET;
