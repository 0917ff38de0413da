/** What an answer has cost, as far as the provider says so. */
export interface ModelUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly totalTokens?: number;
  /** Of the input. */
  readonly cachedInputTokens?: number;
  /** Of the output. */
  readonly reasoningTokens?: number;
}

/** Why a model has ended its answer. */
export type ModelFinishReason = "stop" | "length" | "tool-calls" | "refusal" | "other";

/** A piece of a model's answer, whichever provider's it is. */
export type ModelPart =
  | { readonly type: "text" | "reasoning" | "refusal"; readonly text: string }
  /** Of a tool's input, which is JSON, as it comes. */
  | { readonly type: "tool-input"; readonly id: string; readonly name: string; readonly delta: string }
  /** `input`: parsed, or the text where it is no JSON. */
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; readonly input: unknown }
  | {
      readonly type: "finish";
      readonly reason: ModelFinishReason;
      /** In the provider's own words. */
      readonly rawReason?: string;
      readonly usage?: ModelUsage;
      readonly model?: string;
    };

/** By the type: the members that have to be texts. */
const TEXTS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["text", ["text"]],
  ["reasoning", ["text"]],
  ["refusal", ["text"]],
  ["tool-input", ["id", "name", "delta"]],
  ["tool-call", ["id", "name"]],
  ["finish", []],
]);

/** @throws TypeError for one that is not as its type has it. */
export function isModelPart(chunk: unknown): chunk is ModelPart {
  const { type } = Object(chunk);
  const texts = typeof type === "string" ? TEXTS.get(type) : undefined;
  if (texts === undefined) return false;
  const wrong = texts.find((name) => typeof Object(chunk)[name] !== "string");
  if (wrong !== undefined) throw new TypeError(`A part of the type ${type} needs a text as its ${wrong}`);
  return true;
}
