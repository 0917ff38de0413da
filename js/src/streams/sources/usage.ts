import type { ModelUsage } from "./model-part.js";

/** What a provider says of it: OpenAI's two APIs, and Anthropic's. */
export function usageOf(usage: unknown): ModelUsage {
  const given = Object(usage);
  const { prompt_tokens, completion_tokens, total_tokens: totalTokens } = given;
  const { input_tokens = prompt_tokens, output_tokens = completion_tokens } = given;
  const input = Object(given.input_tokens_details ?? given.prompt_tokens_details);
  const output = Object(given.output_tokens_details ?? given.completion_tokens_details);
  const all: Readonly<Record<keyof ModelUsage, unknown>> = {
    inputTokens: input_tokens,
    outputTokens: output_tokens,
    totalTokens,
    cachedInputTokens: input.cached_tokens ?? given.cache_read_input_tokens,
    reasoningTokens: output.reasoning_tokens,
  };
  return countsOf(all);
}

/** The same in our own words, as the AI SDK has them. */
export function countsOf(usage: unknown): ModelUsage {
  const isPlain = typeof usage === "object" && usage !== null && !Array.isArray(usage);
  return Object.fromEntries(Object.entries(isPlain ? usage : {}).filter(([, count]) => Number.isFinite(count)));
}
