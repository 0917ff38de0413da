import { type FetchLike, type RetryOptions, SSEClient, type SSEError } from "../client/index.js";

/** With it a server of Millrace's says what became of the client's cursor. */
export const NOTICES_HEADER = "x-stream-notices";

/** How an answer comes back. */
export interface ComingBack {
  readonly retry: RetryOptions;
  readonly silenceMs: number | undefined;
  /** Aborted: the answer is not wanted any more. */
  readonly signal: AbortSignal | undefined;
  /** The request for what goes on. */
  readonly again: () => Promise<{ readonly url: string; readonly init: RequestInit }>;
  readonly fetch: FetchLike;
  readonly changed: (client: SSEClient) => void;
}

/**
 * The same answer with a body that is not cut: where its connection is, it goes on at its cursor, on another one. What is no stream of `createChat` is given back as
 * it is.
 */
export function resilientAnswer(response: Response, back: ComingBack): Response {
  const answerId = response.headers.get("X-Answer-ID");
  if (response.status !== 200 || answerId === null || response.body === null) return response;
  const { status, headers } = response;
  return new Response(bodyOf(response, answerId, back), { status, headers });
}

function bodyOf(response: Response, answerId: string, back: ComingBack): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { retry, silenceMs, signal } = back;
  let first: Response | undefined = response;
  let client: SSEClient | undefined;
  /** The answer that came first, then what goes on after the cursor. */
  const fetch: FetchLike = async (_, { headers, signal }) => {
    const now = first;
    first = undefined;
    if (now !== undefined) return now;
    const { url, init } = await back.again();
    const all = new Headers(init.headers);
    for (const [name, value] of new Headers(headers)) all.set(name, value);
    all.set(NOTICES_HEADER, "true");
    const target = `${url}${url.includes("?") ? "&" : "?"}answerId=${encodeURIComponent(answerId)}`;
    return back.fetch(target, { ...init, headers: all, ...(signal != null && { signal }) });
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let isWhole = false;
      let error: SSEError | undefined;
      // Attempts have an end, so nothing has to stop them for a while.
      const options = {
        fetch,
        retry,
        breaker: false,
        cursorIn: "header",
        ...(silenceMs !== undefined && { silenceMs }),
      } as const;
      const made = new SSEClient(response.url || "http://localhost/", options);
      client = made;
      const give = (text: string) => controller.enqueue(encoder.encode(`data: ${text}\n\n`));
      made.addEventListener("message", (event) => give((event as MessageEvent<string>).data));
      made.addEventListener("done", (event) => {
        isWhole = true;
        give((event as MessageEvent<string>).data);
      });
      made.addEventListener("error", (event) => {
        ({ error } = event as unknown as { readonly error: SSEError });
      });
      for (const type of ["statechange", "healthchange"]) made.addEventListener(type, () => back.changed(made));
      made.addEventListener("close", () => {
        signal?.removeEventListener("abort", abort);
        if (isWhole) controller.close();
        else if (signal?.aborted) controller.error(signal.reason);
        // useChat takes an error of this kind, with this word in it, for a lost connection.
        else controller.error(new TypeError(`network error: ${error?.message ?? "the answer is not there any more"}`));
      });
      const abort = () => made.close();
      signal?.addEventListener("abort", abort, { once: true });
      if (signal?.aborted) abort();
    },
    cancel() {
      client?.close();
    },
  });
}
