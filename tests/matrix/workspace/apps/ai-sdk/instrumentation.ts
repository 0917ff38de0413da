/** The model of every name says a hundred words, one at a time: a model of the SDK's own for tests. */
export async function register() {
  const { MockLanguageModelV3, simulateReadableStream } = await import("ai/test");
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 100 } };
  const model = new MockLanguageModelV3({
    doStream: async () => ({
      stream: simulateReadableStream({
        initialDelayInMs: 0,
        chunkDelayInMs: 20,
        chunks: [
          { type: "text-start", id: "t" },
          ...Array.from({ length: 100 }, (_, n) => ({ type: "text-delta", id: "t", delta: `w${n} ` })),
          { type: "text-end", id: "t" },
          { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage },
        ] as never[],
      }),
    }),
  });
  Object.assign(globalThis, {
    AI_SDK_DEFAULT_PROVIDER: { specificationVersion: "v3", languageModel: () => model },
  });
}
