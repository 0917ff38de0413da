import { job } from "@/lib/server/job/build-job";
import { problem } from "@/lib/server/problem";

/** Starts a build. */
export async function POST(): Promise<Response> {
  const id = job.start();
  if (id === null) return problem(409, "ALREADY_RUNNING", "There is one build at a time for everybody");
  return Response.json({ id }, { status: 202 });
}
