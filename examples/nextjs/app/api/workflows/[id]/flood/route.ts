import { STEPS } from "@/lib/build";
import { foreignRequest, problem } from "@/lib/server/problem";
import { workflows } from "@/lib/server/workflows";

const EVENTS = 5000;

/** Thousands of events at once: pages get the newest of each agent, and every log record. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const refusal = foreignRequest(request);
  if (refusal !== undefined) return refusal;
  const { id } = await params;
  const state = await workflows.getState(id);
  if (state === undefined) return problem(404, "NO_SUCH_CHANNEL", "There is no build of this id");
  for (let n = 1; n <= EVENTS; n++) {
    const agentName = STEPS[n % STEPS.length] ?? "test";
    if (state.agents[agentName]) {
      workflows.emit(id, "agent:progress", { agentName, message: `flooded with ${n} of ${EVENTS}`, level: "info" });
    }
    if (n % 50 === 0) workflows.emit(id, "log:created", { level: "warn", message: `Flooded with ${n} events` });
  }
  return Response.json({ events: EVENTS }, { status: 202 });
}
