import { broadcast } from "millrace";
import { foreignRequest, problem, readFields, textField } from "@/lib/server/problem";

export async function POST(request: Request): Promise<Response> {
  const refusal = foreignRequest(request);
  if (refusal !== undefined) return refusal;
  const fields = await readFields(request);
  const text = textField(fields?.text, 500);
  const from = textField(fields?.from, 40) ?? "Somebody";
  if (text === null)
    return problem(400, "BAD_REQUEST", "The body must be {text, from?}, of at most 500 and 40 characters");
  return Response.json(broadcast("notify", "notify", { from, text, at: Date.now() }), { status: 202 });
}
