/** Calls one of the demo's routes. Gives what it answers; throws with the detail of its refusal. */
export async function call(method: "POST" | "DELETE", path: string, fields?: object): Promise<Record<string, unknown>> {
  const response = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(fields && { body: JSON.stringify(fields) }),
  });
  const answer = response.status === 204 ? {} : ((await response.json()) as Record<string, unknown>);
  if (!response.ok) throw new Error(typeof answer.detail === "string" ? answer.detail : `Status ${response.status}`);
  return answer;
}
