import type { SSEStream } from "millrace";

/** A stream of the app, and what became of it. */
export interface Noted {
  readonly stream: SSEStream;
  /** Resolves when the request's signal has aborted. */
  readonly aborted: Promise<true>;
}

const KEY = Symbol.for("millrace-test.streams");
const store = globalThis as { [KEY]?: Map<string, Noted> };
store[KEY] ??= new Map();

/** The streams by their channel, in all routes alike. */
export const streams: Map<string, Noted> = store[KEY];

export function note(channel: string, stream: SSEStream, signal?: AbortSignal): void {
  const aborted = new Promise<true>((resolve) => signal?.addEventListener("abort", () => resolve(true)));
  streams.set(channel, { stream, aborted });
}
