/** The endpoint in the environment; null where there is none. */
export function openAiSettings(): { url: string; key: string; model: string } | null {
  const { OPENAI_BASE_URL: base, OPENAI_API_KEY: key, OPENAI_MODEL: model = "gpt-4o-mini" } = process.env;
  return base && key ? { url: `${base.replace(/\/+$/, "")}/chat/completions`, key, model } : null;
}

/** An answer's tokens from an OpenAI-compatible endpoint. Throws where it refuses. */
export async function* askOpenAi(question: string, signal: AbortSignal): AsyncGenerator<string> {
  const settings = openAiSettings();
  if (!settings) throw new Error("OPENAI_BASE_URL and OPENAI_API_KEY are not set");
  const response = await fetch(settings.url, {
    method: "POST",
    headers: { Authorization: `Bearer ${settings.key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ model: settings.model, stream: true, messages: [{ role: "user", content: question }] }),
    signal,
  });
  if (!response.ok || !response.body) throw new Error(`The model's server answered with status ${response.status}`);
  for await (const data of dataLines(response.body)) {
    if (data === "[DONE]") return;
    const token = (JSON.parse(data) as Completion).choices?.[0]?.delta?.content;
    if (token) yield token;
  }
}

interface Completion {
  choices?: { delta?: { content?: string } }[];
}

/** What follows `data:`; these endpoints send each event's data in one line. */
async function* dataLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data:")) yield line.slice("data:".length).trim();
  }
}
