import { fromOpenAI, type ModelStream } from "millrace";

/** What is said to a model, the oldest first. */
export interface Said {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** The endpoint in the environment; null where there is none. */
export function openAiSettings(): { url: string; key: string; model: string } | null {
  const { OPENAI_BASE_URL: base, OPENAI_API_KEY: key, OPENAI_MODEL: model = "gpt-4o-mini" } = process.env;
  return base && key ? { url: `${base.replace(/\/+$/, "")}/chat/completions`, key, model } : null;
}

/** The answer of an OpenAI-compatible endpoint. */
export function askModel(said: readonly Said[], signal: AbortSignal): ModelStream {
  const settings = openAiSettings();
  if (!settings) throw new Error("OPENAI_BASE_URL and OPENAI_API_KEY are not set");
  const messages = said.map(({ role, content }) => ({ role, content }));
  return fromOpenAI(
    fetch(settings.url, {
      method: "POST",
      headers: { Authorization: `Bearer ${settings.key}`, "Content-Type": "application/json" },
      body: JSON.stringify({ model: settings.model, stream: true, messages }),
      signal,
    }),
  );
}

/** The texts of such an answer. */
export async function* askOpenAi(question: string, signal: AbortSignal): AsyncGenerator<string> {
  for await (const part of askModel([{ role: "user", content: question }], signal)) {
    if (part.type === "text" || part.type === "refusal") yield part.text;
  }
}
