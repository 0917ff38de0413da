import { randomBytes } from "node:crypto";
import { environment } from "../lifecycle/environment.js";

/** The part of a request that says what it belongs to. */
export interface TracedRequest {
  readonly headers: { get(name: string): string | null };
}

/** Where a request comes from, in the words of W3C Trace Context. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 of them: the span that the request is part of. */
  readonly spanId: string;
  readonly flags: number;
}

const LONGEST_ID = 128;

/** Of W3C Trace Context, and not that of nothing. */
export function isTraceId(id: unknown): boolean {
  return typeof id === "string" && /^[\da-f]{32}$/.test(id) && !/^0+$/.test(id);
}

/**
 * What the header `traceparent` says; undefined where it is absent or wrong. Of a version that is not known, what version 00 has is read.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceParentOf(request: TracedRequest): TraceParent | undefined {
  const header = request.headers.get("traceparent")?.trim() ?? "";
  const parts = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(header);
  if (parts === null) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", more] = parts;
  const isWrong = version === "ff" || (version === "00" && more !== undefined);
  if (isWrong || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

/** By what a request can be found in other services' logs: its `traceparent`, or its `X-Trace-ID` if that is short and printable. */
export function traceIdOf(request: TracedRequest | undefined): string | undefined {
  if (request === undefined) return undefined;
  const parent = traceParentOf(request);
  if (parent !== undefined) return parent.traceId;
  const id = request.headers.get("x-trace-id")?.trim() ?? "";
  return id.length <= LONGEST_ID && /^[\w.:/+=-]+$/.test(id) ? id : undefined;
}

/** A trace id that none came with; another one for each connection of the process. It is computed, so that nobody has to keep it. */
export function madeUpTraceId(connection: number): string {
  const seed = environment().state("trace seed", () => randomBytes(12).toString("hex"));
  return seed + (connection >>> 0).toString(16).padStart(8, "0");
}

/** The same for a request that has no connection. */
export function randomTraceId(): string {
  return randomBytes(16).toString("hex");
}
