"use client";

import { useEffect, useInsertionEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { SSEClientOptions, SSEError } from "../../client/index.js";
import type { ChatDone, ChatFailure, ChatMessage } from "../../shared/chat/events.js";
import { randomKey } from "../../shared/random-key.js";
import { withQuery } from "../../shared/with-query.js";
import { AgentsBeside } from "../agents/agents-beside.js";
import { useAgentNetwork } from "../agents/use-agent-network.js";
import { diagnostics } from "../diagnostics.js";
import { encodePart } from "../encode-part.js";
import { noticeOf, wordsOf } from "../reduced/notice.js";
import { useReduced } from "../reduced/use-reduced.js";
import type { StoreOptions } from "../types.js";
import { type Asked, actionsOf, type Latest } from "./chat-actions.js";
import { type ChatAnswerView, ChatReduction } from "./chat-reduction.js";
import { Conversation } from "./conversation.js";
import type { ChatStream, ChatStreamError, UseChatStreamOptions } from "./types.js";

const NONE: readonly ChatMessage[] = [];
const LOST: ChatFailure = { code: "ANSWER_LOST", message: "The answer is not there any more" };

/**
 * A conversation with a `createChatStream` on the server: its messages, and the answer that is being written, which survives reloads and cuts.
 *
 * @param given - the URL of the route, relative to the document. Null: none yet.
 * @example
 * const { messages, content, status, send, stop } = useChatStream(`/api/chat/conversations/${id}/stream`, { storage: "local" });
 */
export function useChatStream(given: string | null | undefined, options: UseChatStreamOptions = {}): ChatStream {
  diagnostics()?.checkChatOptions(given, options);
  const { storageKey, shareAcrossTabs = false, resume = true, initialMessages = NONE, ...others } = options;
  const { storage, onMessage, onProgress, onFinish, onError, body, headers, also, ...client } = others;
  const url = given ?? null;
  const key = storageKey ?? url ?? "";
  const [asked, setAsked] = useState<Asked | null>(null);
  const lastError = useRef<SSEError>(undefined);
  const latest = useRef({} as Latest);
  /** The answer that comes was there before. */
  const isTold = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the messages that are there at first count at first
  const conversation = useMemo(() => {
    const began = (answerId: string) =>
      setAsked(url === null ? null : { url, id: answerId, query: `answerId=${encodePart(answerId)}` });
    const kept = () => latest.current.options?.storage;
    return new Conversation({ key, initial: initialMessages, storage: kept, isShared: shareAcrossTabs, began });
  }, [key, url, shareAcrossTabs]);
  const messages = useSyncExternalStore(conversation.subscribe, conversation.messages, conversation.initial);

  // Over HTTP/1.1 a browser has six connections to a server: tabs that nobody sees need none.
  const pause = shareAcrossTabs && { pauseWhenHidden: client.pauseWhenHidden ?? true };
  const { agents: asksFor = null } = also ?? {};
  const apart = useAgentNetwork(asksFor === true ? null : asksFor, { ...client, headers, ...pause } as object);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation has other agents
  const beside = useMemo(() => new AgentsBeside(), [url]);
  const agents = useSyncExternalStore(beside.subscribe, beside.view, beside.view);

  // Of another URL, once it was this one's, nothing is asked.
  const now = asked?.url === url ? asked : null;
  const isSent = now?.body !== undefined;
  const store = {
    parse: "json",
    ...client,
    ...(isSent && { method: "POST", body: now.body, resumeBy: "get" }),
    ...(!isSent && pause),
    headers: headersOf(headers, isSent),
    onEvent: (type: string, data: unknown) => {
      if (asksFor === true) beside.take(type, data);
      const { isTyping, id } = Object(data);
      if (type === "typing" && isTyping === true) {
        if (isSent) conversation.tellBegun(now.id);
        isTold.current = conversation.hasWhole(id);
      }
      if (!isTold.current) tell(latest.current.options, type, data);
    },
    onError: (error: SSEError) => {
      lastError.current = error;
    },
    onClose: ({ reason }: { readonly reason: string }) => {
      if (reason === "error" && lastError.current) latest.current.options.onError?.(failureOf(lastError.current));
    },
  } as unknown as StoreOptions;
  const target = now && withQuery(now.url, now.query);
  const { snapshot, view } = useReduced(`chat ${now?.id}`, target, store, () => {
    return new ChatReduction((message) => {
      if (latest.current.conversation.put(message)) latest.current.options.onMessage?.(message);
    });
  });
  useInsertionEffect(() => {
    latest.current = { options, url, conversation, asked: now, view };
  });

  useEffect(() => {
    const looking = url !== null && resume ? { url, id: randomKey(), query: "resume=true" } : null;
    // A component may have sent something when it was mounted, before this.
    setAsked((before) => (before?.url === url && before?.body !== undefined ? before : looking));
  }, [url, resume]);

  const actions = useMemo(() => {
    const ask = (asked: Asked | null) => {
      latest.current.asked = asked; // what is called before the next render counts with it
      setAsked(asked);
    };
    return actionsOf(() => latest.current, ask);
  }, []);
  return useMemo(() => {
    const { isConnected, state, health, attempts, resume, completed, error } = snapshot;
    const isLost = completed && view.done === null && (isSent || view.id !== null);
    const failure = view.failure ?? (state === "error" && error ? failureOf(error) : null) ?? (isLost ? LOST : null);
    const known = messages.find(({ id }) => id === view.id);
    // An answer that is there already is given once more to a page that was loaded anew. Of one that this page has left, only a part is.
    const isRepeat = known !== undefined && known.isPartial !== true && failure === null;
    const isOver = view.done !== null || failure !== null || isRepeat;
    const isPart = known?.isPartial === true && view.content !== "";
    return {
      messages: isPart ? messages.filter((one) => one !== known) : messages,
      content: isRepeat ? "" : view.content,
      reasoning: isRepeat ? "" : view.reasoning,
      isTyping: view.isTyping && !isOver,
      progress: view.progress,
      status: isRepeat ? "ready" : statusOf(view, failure !== null, isSent),
      error: failure,
      connection: { isConnected, state, health, attempts, resume, notice: noticeOf(snapshot) },
      agents: asksFor === true ? { ...apart, ...agents, isConnected, state, health } : apart,
      ...actions,
    };
  }, [messages, snapshot, view, isSent, actions, asksFor, apart, agents]);
}

function failureOf(cause: SSEError): ChatStreamError {
  const { code } = Object(cause.problem);
  const { retryAfterMs } = cause;
  return {
    code: typeof code === "string" ? code : cause.code,
    message: wordsOf(cause),
    ...(retryAfterMs && { retryAfterMs }),
    cause,
  };
}

function statusOf(
  { done, content, progress, id }: ChatAnswerView,
  hasFailed: boolean,
  isSent: boolean,
): ChatStream["status"] {
  if (hasFailed) return "error";
  if (done !== null) return "ready";
  if (content !== "" || progress !== null) return "streaming";
  return isSent || id !== null ? "submitted" : "ready";
}

function tell(options: UseChatStreamOptions, type: string, data: unknown): void {
  const { code, reason } = Object(data);
  if (type === "progress") options.onProgress?.(data);
  if (type === "error" && typeof code === "string") options.onError?.(data as ChatFailure);
  if (type === "done" && reason !== "failed") options.onFinish?.(data as ChatDone);
}

function headersOf(headers: SSEClientOptions["headers"], isSent: boolean): SSEClientOptions["headers"] {
  if (!isSent) return headers;
  const withType = (given: HeadersInit | undefined) => {
    const all = new Headers(given);
    all.set("Content-Type", "application/json");
    return all;
  };
  if (typeof headers !== "function") return withType(headers);
  return async () => withType(await headers());
}
