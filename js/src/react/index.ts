"use client";

export { type ResumeVerdict, type SessionState, SSEError, type SSEErrorCode } from "../client/index.js";
export type {
  EventSourceCallbacks,
  EventSourceResult,
  EventSourceSnapshot,
  Health,
  SSEMessage,
  UseEventSourceOptions,
} from "./types.js";
export { useEventSource } from "./use-event-source.js";
