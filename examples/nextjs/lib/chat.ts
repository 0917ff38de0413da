/** Who writes the answer. */
export interface ChatSource {
  kind: "openai" | "local";
  /** For people, e.g. the model's name. */
  name: string;
}

export interface ChatStart {
  id: string;
  question: string;
  source: ChatSource;
}

export interface ChatToken {
  id: string;
  /** Counts the answer's tokens from 1. */
  n: number;
  text: string;
}

export interface ChatEnd {
  id: string;
  tokens: number;
  /** The whole answer as the server produced it, to compare with what arrived. */
  text: string;
  /** Why it is not complete; empty when it is. */
  problem: string;
}

export const MOST_QUESTION_LENGTH = 2000;
