/** A refusal as RFC 9457 has it. */
export function problem(status: number, code: string, detail: string): Response {
  const body = { type: "about:blank", title: code, status, code, detail };
  return Response.json(body, { status, headers: { "Content-Type": "application/problem+json" } });
}

/**
 * The refusal of a request that another site's page has made, if it is one: it would act in the name of who looks at that page. Browsers say where a request comes
 * from, and programs need not.
 */
export function foreignRequest(request: Request): Response | undefined {
  const site = request.headers.get("sec-fetch-site") ?? "none";
  if (site === "same-origin" || site === "none") return undefined;
  return problem(403, "FORBIDDEN", "Only the demo's own pages may do this");
}

const MOST_BODY_BYTES = 16 * 1024;

/** The fields of a JSON body; null where it is no JSON object, or too long: the rest is not read. */
export async function readFields(request: Request): Promise<Record<string, unknown> | null> {
  let bytes = 0;
  const chunks: Uint8Array[] = [];
  for await (const chunk of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The field's text without the space around it; null where it is none, empty, too long, or half of a surrogate pair is in it. */
export function textField(value: unknown, mostLength: number): string | null {
  if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) return null;
  const text = value.trim();
  return text !== "" && text.length <= mostLength ? text : null;
}
