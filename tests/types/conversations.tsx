// What the compiler says of conversations, sources and agents.
import {
  attachChatStream,
  type ConversationSource,
  createAgentNetwork,
  createChatStream,
  createHub,
  fromAnthropic,
  fromOpenAI,
  fromUIMessageStream,
  type ModelPart,
  readEventStream,
  SourceError,
} from "millrace";
import { agentSchemas, type ChatMessage, useAgentNetwork, useChatStream, useEventSource } from "millrace/react";

const hub = createHub<{ price: { amount: number } }>();

// Everything that a source may give.
export const sources: ConversationSource[] = [
  () => ["a"],
  async () => ["a"],
  async function* ({ messages, message, signal, trigger, userId, body, answerId }) {
    const first: ChatMessage | undefined = messages[0] ?? message;
    void [first?.content, signal.aborted, trigger === "regenerate", userId?.length, body.model, answerId.length];
    yield "a";
    yield { text: "b" };
    yield { progress: { percent: 5 } };
  },
  () => fromOpenAI(fetch("http://localhost/")),
  () => fromAnthropic(new Response()),
  () => fromUIMessageStream(new ReadableStream()),
  () => new ReadableStream<string>(),
  // @ts-expect-error numbers are no pieces
  () => [1],
  // @ts-expect-error nothing is none
  () => {},
];

export const route = (request: Request) =>
  createChatStream(hub, {
    ...{ request, conversationId: "c", source: () => ["a"] },
    authorize: ({ conversationId, channels }) => conversationId === channels[0],
    onFinish: ({ message, end, usage }) => void [message?.content, end === "stopped", usage?.outputTokens],
  });
// @ts-expect-error a source is needed
void createChatStream(hub, { request: new Request("http://localhost/"), conversationId: "c" });
void createChatStream(hub, {
  ...{ request: new Request("http://localhost/"), conversationId: "c", source: () => ["a"] },
  // @ts-expect-error it is misspelt
  maxAnswersMs: 5,
});
export const attach = (req: Parameters<typeof attachChatStream>[0], res: Parameters<typeof attachChatStream>[1]) =>
  attachChatStream(req, res, hub, { conversationId: "c", source: () => ["a"] });

export async function read(): Promise<ModelPart[]> {
  const parts: ModelPart[] = [];
  for await (const part of fromOpenAI(await fetch("http://localhost/"))) {
    if (part.type === "text") parts.push({ type: "text", text: part.text });
    // @ts-expect-error only texts have one
    void (part.type === "finish" && part.text);
  }
  for await (const { type, data, id } of readEventStream(null)) void [type.length, data.length, id.length];
  throw new SourceError("OUT_OF_CREDIT", "No", { retryAfterMs: 5, detail: "x" });
}

const agents = createAgentNetwork(hub, { sessionTtlMs: 5 });
agents.emit("s", { type: "agent_start", data: { agent: "a" }, ttl: 5, created_at: 1 });
agents.emit("s", { type: "agent_network_update", data: { agents: { a: { status: "done" }, b: null } } });
// @ts-expect-error an agent has a name
agents.emit("s", { type: "agent_start", data: {} });
// @ts-expect-error there is no such event
agents.emit("s", { type: "agent_stop", data: { agent: "a" } });
export const { GET } = agents.network;

export function Conversation({ url }: { url: string | null }) {
  const { messages, content, status, send, stop, connection, error, agents } = useChatStream(url, {
    ...{ storage: "local", shareAcrossTabs: true, also: { agents: "/agents" }, initialMessages: [] },
    onMessage: ({ role }) => void (role === "user"),
    onError: ({ code, message }) => void [code, message],
    onFinish: ({ reason }) => void (reason === "stopped"),
    body: (messages, trigger) => ({ last: messages.at(-1), trigger }),
    retry: { attempts: 3 },
    headers: { "x-a": "b" },
  });
  const network = useAgentNetwork(url, { onEvent: (type, data) => void [type === "agent_start", data] });
  useEventSource("/agents", { schema: agentSchemas, onEvent: (type, data) => void [type, data] });
  // @ts-expect-error there is no such status
  void (status === "idle");
  // @ts-expect-error messages have no HTML
  void messages[0]?.html;
  send({ content: "a" });
  void [stop(), connection.state === "connected", error?.code, network.research.progress.toFixed()];
  // @ts-expect-error the method is the hook's
  useChatStream(url, { method: "PUT" });
  return <p>{content + agents.agents.map(({ id }) => id).join()}</p>;
}
