/** Calls one of the demo's routes. Gives what it answers; throws with the detail of its refusal, or with words for people. */
export async function call(method: "POST" | "DELETE", path: string, fields?: object): Promise<Record<string, unknown>> {
  const request = {
    method,
    headers: { "Content-Type": "application/json" },
    ...(fields && { body: JSON.stringify(fields) }),
  };
  const response = await fetch(path, request).catch(() => null);
  if (response === null) throw new Error("The server cannot be reached");
  const answer: unknown = response.status === 204 ? {} : await response.json().catch(() => null);
  const { detail } = Object(answer);
  if (!response.ok) throw new Error(typeof detail === "string" ? detail : `The server has answered ${response.status}`);
  return Object(answer);
}
