import { problem } from "@/lib/server/problem";
import { job } from "@/lib/server/run/job";

export async function POST(): Promise<Response> {
  const id = job.start();
  if (id === null) return problem(409, "ALREADY_RUNNING", "There is one run at a time for everybody");
  return Response.json({ id }, { status: 202 });
}

export async function DELETE(): Promise<Response> {
  if (!job.cancel()) return problem(409, "NOT_RUNNING", "There is no run to cancel");
  return new Response(null, { status: 204 });
}
