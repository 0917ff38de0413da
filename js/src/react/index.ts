"use client";

export { type Health, type ResumeVerdict, type SessionState, SSEError, type SSEErrorCode } from "../client/index.js";
export { ConnectionBadge, type ConnectionBadgeProps } from "./connection-badge.js";
export type {
  EventSourceCallbacks,
  EventSourceResult,
  EventSourceSnapshot,
  SSEMessage,
  SSEMessageEventOf,
  UseEventSourceOptions,
} from "./types.js";
export { useEventSource } from "./use-event-source.js";
