import type { MessagePart } from "../chat/part-events.js";
import type { ModelPart } from "./model-part.js";

/** A model's answer as a UI message stream of the AI SDK. */
export async function* toMessageParts(parts: AsyncIterable<ModelPart>): AsyncGenerator<MessagePart, void, undefined> {
  const tools = new Set<string>();
  let open: { readonly kind: "text" | "reasoning"; readonly id: string } | undefined;
  let texts = 0;
  function* close(): Generator<MessagePart> {
    if (open !== undefined) yield { type: `${open.kind}-end`, id: open.id };
    open = undefined;
  }
  let hasBegun = false;
  for await (const part of parts) {
    // Not before: one that fails at once is no message.
    if (!hasBegun) yield* [{ type: "start" }, { type: "start-step" }];
    hasBegun = true;
    switch (part.type) {
      case "text":
      case "refusal":
      case "reasoning": {
        const kind = part.type === "reasoning" ? "reasoning" : "text";
        if (open?.kind !== kind) {
          yield* close();
          open = { kind, id: `${kind}-${texts++}` };
          yield { type: `${kind}-start`, id: open.id };
        }
        yield { type: `${kind}-delta`, id: open.id, delta: part.text };
        break;
      }
      case "tool-input": {
        yield* close();
        const { id: toolCallId, name: toolName, delta: inputTextDelta } = part;
        if (!tools.has(toolCallId)) yield { type: "tool-input-start", toolCallId, toolName };
        tools.add(toolCallId);
        yield { type: "tool-input-delta", toolCallId, inputTextDelta };
        break;
      }
      case "tool-call": {
        yield* close();
        const { id: toolCallId, name: toolName, input } = part;
        if (!tools.has(toolCallId)) yield { type: "tool-input-start", toolCallId, toolName };
        yield { type: "tool-input-available", toolCallId, toolName, input };
        break;
      }
      case "finish": {
        yield* close();
        const { reason, usage, model } = part;
        const messageMetadata = { ...(usage && { usage }), ...(model && { model }) };
        const finishReason = reason === "refusal" ? "other" : reason; // the protocol has none of the kind
        yield { type: "finish-step" };
        yield { type: "finish", finishReason, messageMetadata };
        return;
      }
    }
  }
  yield* close();
}
