import { job } from "@/lib/server/job/build-job";
import { foreignRequest, problem } from "@/lib/server/problem";

/** Starts a build. */
export async function POST(request: Request): Promise<Response> {
  const refusal = foreignRequest(request);
  if (refusal !== undefined) return refusal;
  const id = job.start();
  if (id === null) return problem(409, "ALREADY_RUNNING", "There is one build at a time for everybody");
  return Response.json({ id }, { status: 202 });
}
