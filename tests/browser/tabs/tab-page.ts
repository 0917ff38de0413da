import { SSEClient } from "millrace/client";

/** What a tab has seen. */
export interface Seen {
  readonly numbers: number[];
  readonly verdicts: string[];
  readonly states: string[];
  client: SSEClient<{ n: number }>;
}

declare global {
  var seen: Seen;
  var connect: () => void;
}

globalThis.connect = () => {
  const client = new SSEClient<{ n: number }>("/events", { shareAcrossTabs: true, retry: { baseMs: 1, maxMs: 50 } });
  const seen: Seen = { numbers: [], verdicts: [], states: [], client };
  globalThis.seen = seen;
  client.on("n", (number) => seen.numbers.push(number));
  client.addEventListener("resume", () => seen.verdicts.push(client.resume?.verdict ?? ""));
  client.addEventListener("statechange", () => seen.states.push(client.state));
};
