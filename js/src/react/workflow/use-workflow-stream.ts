"use client";

import { useCallback, useInsertionEffect, useMemo, useRef } from "react";
import type { SSEClientOptions, SSEError } from "../../client/index.js";
import type { WorkflowEvents } from "../../shared/workflow/events.js";
import { encodePart } from "../encode-part.js";
import { noticeOf } from "../reduced/notice.js";
import { useReduced } from "../reduced/use-reduced.js";
import type { EventSourceCallbacks, EventSourceSnapshot, StoreOptions } from "../types.js";
import { type CommandAnswer, sendCommand } from "./send-command.js";
import { WorkflowReduction, type WorkflowView } from "./workflow-reduction.js";

/** Options of {@link useWorkflowStream}: those of the client, the callbacks, and `url`. */
export interface UseWorkflowStreamOptions
  extends Omit<SSEClientOptions<WorkflowEvents>, "schema" | "events">,
    EventSourceCallbacks<WorkflowEvents> {
  /** Where the route is. Default: `/api/workflows/<id>/stream`. */
  readonly url?: string | ((workflowId: string) => string);
  /** Only these events, which the server then sends. Default: all. */
  readonly events?: readonly (keyof WorkflowEvents)[];
  /** See {@link useEventSource}. */
  readonly throttleMs?: number;
}

/** What {@link useWorkflowStream} gives. */
export interface WorkflowStream extends WorkflowView {
  readonly isConnected: boolean;
  /** Connected, and by a stream: not by polling. */
  readonly isStreaming: boolean;
  readonly error: SSEError | null;
  readonly state: EventSourceSnapshot["state"];
  readonly health: EventSourceSnapshot["health"];
  /** The workflow has ended, and its stream with it. */
  readonly completed: boolean;
  readonly attempts: number;
  /** What the server said of how this connection continues the one before. */
  readonly resume: EventSourceSnapshot["resume"];
  readonly transport: EventSourceSnapshot["transport"];
  /** What to tell the user where events do not come as they should; null where they do. */
  readonly notice: string | null;
  /** Connects anew, and counts attempts from 0. */
  readonly reconnect: () => void;
  /**
   * Asks the server to do something with the workflow: `pause`, `resume`, `cancel`, or what your handlers know. It tells what became of that, and so does a
   * `command:accepted` or `command:refused` event, to all. Never rejects.
   */
  readonly command: (command: string, data?: unknown) => Promise<CommandAnswer>;
}

/** Five attempts, then polling. */
const FALLBACK = { afterAttempts: 5 };

/**
 * Follows a workflow that a `createWorkflowEmitter` on the server tells of: its state, its agents, the last 200 log records. Components that follow one workflow
 * share a connection, and what is known.
 *
 * @param workflowId - null or undefined: none, or none yet.
 * @example
 * const { workflow, agents, logs, isConnected, command } = useWorkflowStream(id);
 */
export function useWorkflowStream(
  workflowId: string | null | undefined,
  options: UseWorkflowStreamOptions = {},
): WorkflowStream {
  const { url: given, fallback = FALLBACK, parse = "json", ...others } = options;
  const id = workflowId ?? null;
  const url = id === null ? null : urlOf(id, given);
  const store = { ...others, fallback, parse } as unknown as StoreOptions;
  const { snapshot, view, reconnect } = useReduced(`workflow ${id}`, url, store, () => new WorkflowReduction(id ?? ""));
  const latest = useRef({ url, store });
  useInsertionEffect(() => {
    latest.current = { url, store };
  });
  const command = useCallback(
    (name: string, data?: unknown) => sendCommand(latest.current.url, latest.current.store, name, data),
    [],
  );
  return useMemo(() => {
    const { isConnected, state, health, error, completed, attempts, transport, resume } = snapshot;
    const isStreaming = isConnected && transport === "stream";
    const about = { isConnected, isStreaming, error, state, health, completed, attempts, transport, resume };
    return { ...view, ...about, notice: noticeOf(snapshot), reconnect, command };
  }, [snapshot, view, reconnect, command]);
}

function urlOf(workflowId: string, url: UseWorkflowStreamOptions["url"]): string {
  if (typeof url === "function") return url(workflowId);
  return url ?? `/api/workflows/${encodePart(workflowId)}/stream`;
}
