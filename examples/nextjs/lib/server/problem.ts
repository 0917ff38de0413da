/** A refusal as RFC 9457 has it. */
export function problem(status: number, code: string, detail: string): Response {
  const body = { type: "about:blank", title: code, status, code, detail };
  return Response.json(body, { status, headers: { "Content-Type": "application/problem+json" } });
}

const MOST_BODY_CHARACTERS = 16 * 1024;

/** The fields of a JSON body; null where it is no JSON object, or too long. */
export async function readFields(request: Request): Promise<Record<string, unknown> | null> {
  const text = await request.text();
  if (text.length > MOST_BODY_CHARACTERS) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The field's text without the space around it; null where it is none, empty or too long. */
export function textField(value: unknown, mostLength: number): string | null {
  if (typeof value !== "string") return null;
  const text = value.trim();
  return text !== "" && text.length <= mostLength ? text : null;
}
