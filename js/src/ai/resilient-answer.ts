import { type FetchLike, type RetryOptions, SSEClient, type SSECloseEvent, SSEError } from "../client/index.js";
import { ANSWER_ID_HEADER, NOTICES_HEADER } from "../shared/chat-headers.js";
import { withQuery } from "../shared/with-query.js";

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
  const answerId = response.headers.get(ANSWER_ID_HEADER);
  if (response.status !== 200 || answerId === null || response.body === null) return response;
  const { status, headers } = response;
  return new Response(bodyOf(response, answerId, back), { status, headers });
}

function bodyOf(response: Response, answerId: string, back: ComingBack): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { retry, silenceMs, signal } = back;
  let first: Response | undefined = response;
  let cancelled = () => {};
  /** The answer that came first, then what goes on after the cursor. */
  const fetch: FetchLike = async (_, { headers, signal }) => {
    const now = first;
    first = undefined;
    if (now !== undefined) return now;
    const { url, init } = await back.again();
    const all = new Headers(init.headers);
    for (const [name, value] of new Headers(headers)) all.set(name, value);
    all.set(NOTICES_HEADER, "true");
    const answer = await back.fetch(withQuery(url, `answerId=${encodeURIComponent(answerId)}`), {
      ...init,
      headers: all,
      ...(signal != null && { signal }),
    });
    if (answer.status === 200 && answer.headers.get(ANSWER_ID_HEADER) !== answerId) {
      void answer.body?.cancel().catch(() => {});
      throw new SSEError("BAD_RESPONSE", "The route that resumes gives another answer");
    }
    return answer;
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
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
      let isOver = false;
      /** Once; what follows is nobody's. */
      const end = (how: () => void) => {
        if (isOver) return;
        isOver = true;
        signal?.removeEventListener("abort", abort);
        how();
        made.close();
      };
      const give = (event: Event) => {
        const { verdict = "continued" } = made.resume ?? {};
        if (verdict !== "continued")
          end(() => controller.error(new Error("A part of the answer is not there any more")));
        else if (!isOver) controller.enqueue(encoder.encode(`data: ${(event as MessageEvent<string>).data}\n\n`));
      };
      made.addEventListener("message", give);
      made.addEventListener("done", (event) => {
        give(event);
        end(() => controller.close());
      });
      made.addEventListener("error", (event) => {
        ({ error } = event as unknown as { readonly error: SSEError });
      });
      let shown = "";
      const changed = () => {
        const now = `${made.state} ${made.health} ${made.attempts}`;
        if (now === shown || isOver) return;
        shown = now;
        back.changed(made);
      };
      for (const type of ["statechange", "healthchange"]) made.addEventListener(type, changed);
      made.addEventListener("close", (event) =>
        end(() => controller.error(signal?.aborted ? signal.reason : endOf((event as SSECloseEvent).completed, error))),
      );
      cancelled = () => end(() => {});
      const abort = () => made.close();
      signal?.addEventListener("abort", abort, { once: true });
      if (signal?.aborted) abort();
    },
    cancel() {
      cancelled();
    },
  });
}

/** Why an answer is not whole. */
function endOf(isCompleted: boolean, error: SSEError | undefined): Error {
  if (isCompleted) return new Error("The answer is not there any more");
  if (error?.status !== undefined) return new Error(error.message);
  // useChat takes an error of this kind, with this word in it, for a lost connection.
  return new TypeError(`network error: ${error?.message ?? "the answer was cut"}`);
}
