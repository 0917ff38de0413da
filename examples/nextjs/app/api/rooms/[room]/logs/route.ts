import { cuttable } from "@/lib/server/cuts";
import { logs } from "@/lib/server/logs";

export async function GET(request: Request, { params }: { params: Promise<{ room: string }> }): Promise<Response> {
  const { room } = await params;
  return cuttable(request, ({ request, onClose }) => logs.response(request, room, { onClose }));
}
