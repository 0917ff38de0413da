import { isTab } from "@/lib/channels";
import { MOST_QUESTION_LENGTH } from "@/lib/chat";
import { startAnswer, stopAnswer } from "@/lib/server/chat/answer";
import { foreignRequest, problem, readFields, textField } from "@/lib/server/problem";

/** Starts an answer in the tab's channel; a new question ends the answer before it. */
export async function POST(request: Request): Promise<Response> {
  const refusal = foreignRequest(request);
  if (refusal !== undefined) return refusal;
  const fields = await readFields(request);
  const question = textField(fields?.question, MOST_QUESTION_LENGTH);
  if (!isTab(fields?.tab) || question === null) {
    return problem(
      400,
      "BAD_REQUEST",
      `The body must be {tab, question}, of at most ${MOST_QUESTION_LENGTH} characters`,
    );
  }
  const id = startAnswer(fields.tab, question);
  if (id === null) return problem(429, "TOO_MANY_ANSWERS", "Too many answers are being written; try again in a moment");
  return Response.json({ id }, { status: 202 });
}

export async function DELETE(request: Request): Promise<Response> {
  const refusal = foreignRequest(request);
  if (refusal !== undefined) return refusal;
  const fields = await readFields(request);
  if (!isTab(fields?.tab)) return problem(400, "BAD_REQUEST", "The body must be {tab}");
  stopAnswer(fields.tab);
  return new Response(null, { status: 204 });
}
