import { SSEClient, type SSEClientOptions } from "millrace/client";

/** What a tab has seen. */
export interface Seen {
  readonly numbers: number[];
  readonly verdicts: string[];
  readonly states: string[];
  client: SSEClient<{ n: number }>;
}

declare global {
  var seen: Seen;
  var connect: (url?: string, options?: SSEClientOptions) => void;
}

globalThis.connect = (url = "/events", options = {}) => {
  const retry = { baseMs: 1, maxMs: 50 };
  const client = new SSEClient<{ n: number }>(url, { shareAcrossTabs: true, retry, ...options });
  const seen: Seen = { numbers: [], verdicts: [], states: [], client };
  globalThis.seen = seen;
  client.on("n", (number) => seen.numbers.push(number));
  client.addEventListener("resume", () => seen.verdicts.push(client.resume?.verdict ?? ""));
  client.addEventListener("statechange", () => seen.states.push(client.state));
};
