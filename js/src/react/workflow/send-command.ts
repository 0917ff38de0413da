import { randomKey } from "../../shared/random-key.js";
import type { StoreOptions } from "../types.js";

/** What became of a command. */
export interface CommandAnswer {
  readonly isAccepted: boolean;
  /** Why not. */
  readonly reason?: string;
}

/** Posts a command to the stream's own route. Never rejects. */
export async function sendCommand(
  url: string | null,
  { headers: source, fetch: given, withCredentials }: StoreOptions,
  command: string,
  data: unknown,
): Promise<CommandAnswer> {
  if (url === null) return { isAccepted: false, reason: "There is no workflow" };
  try {
    const headers = new Headers((await (typeof source === "function" ? source() : source)) ?? {});
    headers.set("Content-Type", "application/json");
    headers.set("Accept", "application/json, application/problem+json");
    const response = await (given ?? fetch)(new URL(url, document.baseURI).href, {
      method: "POST",
      headers,
      credentials: withCredentials ? "include" : "same-origin",
      body: JSON.stringify({ command, commandId: randomKey(), data }),
    });
    if (response.ok) return { isAccepted: true };
    const { reason, detail } = Object(await response.json().catch(() => ({})));
    return { isAccepted: false, reason: String(reason ?? detail ?? `The server has answered ${response.status}`) };
  } catch (error) {
    return { isAccepted: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
