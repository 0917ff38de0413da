import type { ModelPart } from "./model-part.js";

/** What a provider gives as a text; nothing of what is none. */
export function* textOf(type: "text" | "reasoning" | "refusal", text: unknown): Generator<ModelPart> {
  if (typeof text === "string" && text !== "") yield { type, text };
}

/** A text, or another where it is none. */
export function asText(value: unknown, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}
