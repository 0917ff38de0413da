import { randomUUID } from "node:crypto";
import { chatChannel } from "../../channels";
import type { ChatSource } from "../../chat";
import { hub } from "../hub";
import { singleton } from "../singleton";
import { localName, writeLocally } from "./local";
import { askOpenAi, openAiSettings } from "./openai";

const MOST_ANSWERS = 20;
const MOST_TOKENS = 4000;

/** The answers that are being written, by tab. They belong to no request: a tab that loses its stream loses nothing. */
const answers = singleton("answers", () => new Map<string, AbortController>());

/** Who answers, as the environment has it. */
export function chatSource(): ChatSource {
  const settings = openAiSettings();
  return settings ? { kind: "openai", name: settings.model } : { kind: "local", name: localName };
}

/** Starts to write the answer into the tab's channel and gives its id; null while too many are being written. */
export function startAnswer(tab: string, question: string): string | null {
  stopAnswer(tab);
  if (answers.size >= MOST_ANSWERS) return null;
  const id = randomUUID();
  const abort = new AbortController();
  answers.set(tab, abort);
  void write(id, tab, question, abort.signal).finally(() => {
    if (answers.get(tab) === abort) answers.delete(tab);
  });
  return id;
}

export function stopAnswer(tab: string): void {
  answers.get(tab)?.abort();
  answers.delete(tab);
}

async function write(id: string, tab: string, question: string, signal: AbortSignal): Promise<void> {
  const channel = chatChannel(tab);
  const source = chatSource();
  const tokens: string[] = [];
  let problem = "";
  hub.publish(channel, { event: "chat.start", data: { id, question, source } });
  try {
    const ask = source.kind === "openai" ? askOpenAi : writeLocally;
    for await (const text of ask(question, signal)) {
      // A source that does not look at the signal still ends here.
      signal.throwIfAborted();
      tokens.push(text);
      hub.publish(channel, { event: "chat.token", data: { id, n: tokens.length, text } });
      if (tokens.length >= MOST_TOKENS) break;
    }
  } catch (error) {
    problem = signal.aborted ? "Stopped" : error instanceof Error ? error.message : String(error);
  }
  hub.publish(channel, { event: "chat.end", data: { id, tokens: tokens.length, text: tokens.join(""), problem } });
}
