import { foreignRequest, problem, readFields } from "@/lib/server/problem";
import { drop } from "@/lib/server/streams";

export async function POST(request: Request): Promise<Response> {
  const refusal = foreignRequest(request);
  if (refusal !== undefined) return refusal;
  const fields = await readFields(request);
  if (typeof fields?.stream !== "string") return problem(400, "BAD_REQUEST", "The body must be {stream}");
  if (!drop(fields.stream)) return problem(404, "NO_SUCH_STREAM", "No open stream has this name");
  return new Response(null, { status: 204 });
}
