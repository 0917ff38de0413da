import type { ChatSource } from "../chat";
import type { DemoEvent } from "../events";

/** A question and its answer, as far as it has come. */
export interface Exchange {
  id: string;
  question: string;
  source: ChatSource;
  answer: string;
  tokens: number;
  /** "exact": what arrived token by token is what the server wrote. */
  status: "writing" | "exact" | "repaired" | "stopped";
  problem: string;
}

const MOST_EXCHANGES = 20;

export function reduceChat(chat: readonly Exchange[], event: DemoEvent): readonly Exchange[] {
  if (event.type === "chat.start") {
    const started: Exchange = { ...event.data, answer: "", tokens: 0, status: "writing", problem: "" };
    return [...chat, started].slice(-MOST_EXCHANGES);
  }
  if (event.type === "chat.token") {
    const { id, text } = event.data;
    return change(chat, id, (one) => ({ ...one, answer: one.answer + text, tokens: one.tokens + 1 }));
  }
  if (event.type === "chat.end") {
    const { id, text, problem } = event.data;
    const status = problem ? "stopped" : "exact";
    return change(chat, id, (one) =>
      one.answer === text ? { ...one, status, problem } : { ...one, status: "repaired", answer: text, problem },
    );
  }
  return chat;
}

function change(chat: readonly Exchange[], id: string, to: (one: Exchange) => Exchange): readonly Exchange[] {
  return chat.map((one) => (one.id === id ? to(one) : one));
}
