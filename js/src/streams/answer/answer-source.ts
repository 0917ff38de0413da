/** A piece of an answer: its text, or with what is known of it. */
export type AnswerChunk = string | { readonly text: string; readonly tokens?: number; readonly sources?: unknown };

/** What gives an answer piece by piece. */
export type AnswerChunks = AsyncIterable<AnswerChunk> | Iterable<AnswerChunk> | ReadableStream<AnswerChunk>;

/** What a source is told. */
export interface AnswerContext {
  readonly query: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly userId: string | undefined;
  readonly traceId: string;
  /** Aborted when nobody wants the answer any more: it was stopped, abandoned, or took too long. */
  readonly signal: AbortSignal;
}

/** Gives an answer; called once for each, however often its client connects. */
export type AnswerSource = (context: AnswerContext) => AnswerChunks | Promise<AnswerChunks>;

/** What a chunk says. */
export interface AnswerPiece {
  readonly text: string;
  readonly tokens: number;
  readonly sources?: unknown;
}

const ABORTED = Symbol("aborted");
const LONGEST_TURN_MS = 10;

/**
 * Reads a source to its end, or until the signal aborts: then it is told to end, and not waited for.
 *
 * @throws what the source throws; TypeError where it gives something else than texts.
 */
export async function readSource(
  source: AnswerSource,
  context: AnswerContext,
  take: (piece: AnswerPiece) => void,
): Promise<void> {
  const { signal } = context;
  const given = await unlessAborted(Promise.resolve(source(context)), signal);
  if (given === ABORTED) return;
  const iterator = iteratorOf(given);
  let isOver = false;
  let turnBeganAt = Date.now();
  try {
    while (!signal.aborted) {
      const step = await unlessAborted(Promise.resolve(iterator.next()), signal);
      if (step === ABORTED) return;
      isOver = step.done === true;
      if (isOver) return;
      take(toPiece(step.value));
      if (Date.now() - turnBeganAt < LONGEST_TURN_MS) continue;
      await new Promise((resolve) => setTimeout(resolve, 0)); // a source that has everything at once leaves nobody else a turn
      turnBeganAt = Date.now();
    }
  } finally {
    if (!isOver) endQuietly(iterator);
  }
}

/** {@link ABORTED} as soon as the signal aborts. Nobody misses what it comes to then. */
function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | typeof ABORTED> {
  return new Promise((resolve, reject) => {
    const aborted = () => resolve(ABORTED);
    signal.addEventListener("abort", aborted, { once: true });
    if (signal.aborted) aborted();
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}

function iteratorOf(given: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = Object(given);
  const make = later ?? (typeof given === "string" ? undefined : now);
  if (typeof make === "function") return make.call(given);
  throw new TypeError("source must give an (async) iterable or a ReadableStream of texts");
}

function toPiece(chunk: unknown): AnswerPiece {
  if (typeof chunk === "string") return { text: chunk, tokens: 1 };
  const { text, tokens = 1, sources } = Object(chunk);
  if (typeof text !== "string") throw new TypeError("source must give texts, or objects with a text");
  return { text, tokens: Number.isFinite(tokens) ? tokens : 1, ...(sources !== undefined && { sources }) };
}

/** A generator ends when it has come to its next `yield`; a stream is cancelled at once. */
function endQuietly(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  try {
    Promise.resolve(iterator.return?.()).catch(() => {});
  } catch {}
}
