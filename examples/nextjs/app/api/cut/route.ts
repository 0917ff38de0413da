import { isTab } from "@/lib/channels";
import { cutStreams } from "@/lib/server/cuts";
import { foreignRequest, problem, readFields } from "@/lib/server/problem";

export async function POST(request: Request): Promise<Response> {
  const refusal = foreignRequest(request);
  if (refusal !== undefined) return refusal;
  const fields = await readFields(request);
  if (!isTab(fields?.tab)) return problem(400, "BAD_REQUEST", "The body must be {tab}");
  return Response.json({ cut: cutStreams(fields.tab) });
}
