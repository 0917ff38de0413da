/** What gives an answer piece by piece: a `ReadableStream` is an async iterable, too. */
export type Chunks<Chunk> = AsyncIterable<Chunk> | Iterable<Chunk> | ReadableStream<Chunk>;

const ABORTED = Symbol("aborted");
const LONGEST_TURN_MS = 10;

/**
 * Reads a source to its end, or until the signal aborts: then it is told to end, and not waited for.
 *
 * @throws what the source throws; TypeError where it gives something else than pieces.
 */
export async function readSource(
  source: () => Chunks<unknown> | Promise<Chunks<unknown>>,
  signal: AbortSignal,
  take: (chunk: unknown) => void,
): Promise<void> {
  const given = await unlessAborted(Promise.resolve(source()), signal);
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
      take(step.value);
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
  throw new TypeError("source must give an (async) iterable or a ReadableStream");
}

/** A generator ends when it has come to its next `yield`; a stream is cancelled at once. */
function endQuietly(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  try {
    Promise.resolve(iterator.return?.()).catch(() => {});
  } catch {}
}
