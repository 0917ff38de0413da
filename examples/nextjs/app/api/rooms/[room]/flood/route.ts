import { STEPS } from "@/lib/build";
import { logs } from "@/lib/server/logs";
import { foreignRequest, problem } from "@/lib/server/problem";

const RECORDS = 500;

/** Hundreds of records at once: they leave at ten a second, and similar ones as one. */
export async function POST(request: Request, { params }: { params: Promise<{ room: string }> }): Promise<Response> {
  const refusal = foreignRequest(request);
  if (refusal !== undefined) return refusal;
  const { room } = await params;
  const step = STEPS.find((name) => name === room);
  if (step === undefined) return problem(404, "NO_SUCH_CHANNEL", "There is no such room");
  for (let n = 1; n <= RECORDS; n++) logs.emitLog(step, step, "warn", `Flooded with record ${n} of ${RECORDS}`);
  logs.emitLog(step, step, "success", "The flood is over");
  return Response.json({ records: RECORDS }, { status: 202 });
}
