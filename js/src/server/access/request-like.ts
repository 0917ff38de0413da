/** The part of a `Request` that a stream needs; a web `Request` and a `NextRequest` fit. */
export interface RequestLike {
  readonly url: string;
  readonly method?: string;
  readonly headers: { get(name: string): string | null; [Symbol.iterator]?(): Iterator<readonly [string, string]> };
  readonly signal?: AbortSignal;
}
