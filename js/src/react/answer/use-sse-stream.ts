"use client";

import { useCallback, useEffect, useInsertionEffect, useMemo, useRef, useState } from "react";
import type { SSEClientOptions, SSEError } from "../../client/index.js";
import { randomKey } from "../../shared/random-key.js";
import { withQuery } from "../../shared/with-query.js";
import { noticeOf } from "../reduced/notice.js";
import { useReduced } from "../reduced/use-reduced.js";
import type { EventSourceSnapshot, StoreOptions } from "../types.js";
import { type AnswerCompletion, type AnswerHeartbeat, AnswerReduction, type AnswerView } from "./answer-reduction.js";

/** Options of {@link useSSEStream}: what is asked, the callbacks, and all options of the client. */
export interface UseSSEStreamOptions extends Omit<SSEClientOptions, "retry" | "silenceMs" | "schema" | "events"> {
  /** What is asked: sent as `query` in the URL. */
  readonly query: string;
  /** Relative to the document. Another one counts from the next question on. Default: `/stream/search`, behind `NEXT_PUBLIC_API_URL`. */
  readonly url?: string;
  readonly onContent?: (content: string) => void;
  readonly onComplete?: (completion: AnswerCompletion) => void;
  /** The answer could not be completed, or its connection has ended for good. */
  readonly onError?: (message: string, error?: SSEError) => void;
  readonly onHeartbeat?: (heartbeat: AnswerHeartbeat) => void;
  /** Seconds after which a silent connection is made anew. Default 15. */
  readonly silenceThreshold?: number;
  /** In a row. Default 3. */
  readonly maxReconnectAttempts?: number;
  /** Between two attempts: the least; it grows, and is spread. Default 2000. */
  readonly reconnectDelayMs?: number;
  /** Ask when the component mounts, and again for another query. Default false. */
  readonly autoStart?: boolean;
  /** See {@link useEventSource}. */
  readonly throttleMs?: number;
}

/** What {@link useSSEStream} gives. */
export interface SSEStreamResult extends AnswerView {
  /** Asks, or asks anew: what was there before is gone. */
  readonly start: () => void;
  /** Ends the connection. What has come stays. */
  readonly stop: () => void;
  /** The connection that there is, or that has ended with an error, is made anew. */
  readonly reconnect: () => void;
  readonly isConnected: boolean;
  readonly isReconnecting: boolean;
  readonly reconnectAttempts: number;
  readonly state: EventSourceSnapshot["state"];
  readonly health: EventSourceSnapshot["health"];
  readonly completed: boolean;
  readonly error: SSEError | null;
  readonly resume: EventSourceSnapshot["resume"];
  readonly notice: string | null;
}

/**
 * An answer that comes piece by piece, from a `createAnswerStream`. A connection that is cut goes on where it was; text is never repeated.
 *
 * @example
 * const { start, stop, content, isConnected } = useSSEStream({ query, onComplete: ({ sources }) => setSources(sources) });
 */
export function useSSEStream(options: UseSSEStreamOptions): SSEStreamResult {
  const { query, url, onContent, onComplete, onError, onHeartbeat, autoStart = false, ...rest } = options;
  const { silenceThreshold = 15, maxReconnectAttempts = 3, reconnectDelayMs = 2000, ...client } = rest;
  const [asked, setAsked] = useState<Asked | null>(null);
  const latest = useRef({ options });
  const lastError = useRef<SSEError>(undefined);
  useInsertionEffect(() => {
    latest.current = { options };
  });

  const store: StoreOptions = {
    parse: "json",
    ...client,
    silenceMs: silenceThreshold * 1000,
    retry: { attempts: maxReconnectAttempts + 1, baseMs: reconnectDelayMs, maxMs: Math.max(30_000, reconnectDelayMs) },
    onEvent: (type: string, data: unknown) => tell(latest.current.options, type, data),
    onError: (error) => {
      lastError.current = error;
    },
    onClose: ({ reason }) => {
      const error = lastError.current;
      if (reason === "error") latest.current.options.onError?.(error?.message ?? "The connection has ended", error);
    },
  } as StoreOptions;
  const target =
    asked && withQuery(asked.url, String(new URLSearchParams({ query: asked.query, stream_id: asked.id })));
  const { snapshot, view, stop, reconnect } = useReduced(
    `answer ${asked?.id}`,
    target,
    store,
    () => new AnswerReduction(),
  );

  const start = useCallback(() => setAsked(toAsked(latest.current.options)), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another query is another question; another URL is, once that is asked
  useEffect(() => {
    if (autoStart) setAsked(toAsked(latest.current.options));
  }, [autoStart, query]);

  return useMemo(() => {
    const { isConnected, state, health, completed, error, attempts, resume } = snapshot;
    return {
      ...{ ...view, start, stop, reconnect, isConnected, state, health, completed, error, resume },
      isReconnecting: state === "reconnecting" || (state === "connecting" && attempts > 0),
      reconnectAttempts: attempts,
      notice: view.failure ?? noticeOf(snapshot),
    };
  }, [snapshot, view, start, stop, reconnect]);
}

/** What is asked, and where, and the name of the answer: who knows it may read that, where nobody is asked who he is. */
interface Asked {
  readonly query: string;
  readonly url: string;
  readonly id: string;
}

function toAsked({ query, url = addressOf() }: UseSSEStreamOptions): Asked {
  return { query, url, id: randomKey() };
}

function tell(options: UseSSEStreamOptions, type: string, data: unknown): void {
  const { content, error } = Object(data);
  if (type === "content_chunk") options.onContent?.(String(content ?? ""));
  if (type === "heartbeat") options.onHeartbeat?.(data as AnswerHeartbeat);
  if (type === "complete") options.onComplete?.(data as AnswerCompletion);
  if (type === "error") options.onError?.(String(error ?? "The answer failed"));
}

/** Next.js puts the variable's value in its place when it builds. */
function addressOf(): string {
  try {
    return `${process.env.NEXT_PUBLIC_API_URL ?? ""}/stream/search`;
  } catch {
    return "/stream/search";
  }
}
