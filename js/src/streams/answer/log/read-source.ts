import { setImmediate, setTimeout } from "node:timers";

/** What gives an answer piece by piece: a `ReadableStream` is an async iterable, too. */
export type Chunks<Chunk> = AsyncIterable<Chunk> | Iterable<Chunk> | ReadableStream<Chunk>;

const ABORTED = Symbol("aborted");
const LONGEST_TURN_MS = 10;
/** What a stream that is not wanted any more has, to end. */
const TO_END_MS = 1000;

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
  const aborted = new Abortion(signal);
  try {
    const giving = Promise.resolve(source());
    const given = await aborted.or(giving);
    if (given === ABORTED) giving.then((late) => endQuietly(iteratorOf(late))).catch(() => {});
    else await readAll(given, signal, aborted, take);
  } finally {
    aborted.forget();
  }
}

async function readAll(
  given: unknown,
  signal: AbortSignal,
  aborted: Abortion,
  take: (chunk: unknown) => void,
): Promise<void> {
  const iterator = iteratorOf(given);
  let isOver = false;
  let hasGiven = false;
  let turnBeganAt = Date.now();
  try {
    while (!signal.aborted) {
      const step = await aborted.or(iterator.next());
      if (step === ABORTED) {
        isOver = await hasEndedItself(given, iterator);
        return;
      }
      isOver = step.done === true;
      if (isOver) return;
      take(step.value);
      if (hasGiven && Date.now() - turnBeganAt < LONGEST_TURN_MS) continue;
      // A source that has much at once leaves nobody else a turn; and the first piece is to leave before the second is made.
      await new Promise((resolve) => (hasGiven ? setTimeout(resolve, 0) : setImmediate(resolve)));
      hasGiven = true;
      turnBeganAt = Date.now();
    }
  } finally {
    if (!isOver) endQuietly(iterator);
  }
}

/** A stream whose producer has heard of it ends by itself, as the AI SDK's do, which then know why; one that does not is cancelled. */
async function hasEndedItself(given: unknown, iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<boolean> {
  if (!isStream(given)) return false;
  const late = new Abortion(AbortSignal.timeout(TO_END_MS));
  try {
    for (;;) {
      const step = await late.or(iterator.next());
      if (step === ABORTED) return false;
      if (step.done === true) return true;
    }
  } finally {
    late.forget();
  }
}

/** A signal's, waited for beside one promise after another: one listener for all of them. */
class Abortion {
  readonly #signal: AbortSignal;
  #resolve: ((aborted: typeof ABORTED) => void) | undefined;
  readonly #listener = () => this.#resolve?.(ABORTED);

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#listener);
  }

  /** {@link ABORTED} as soon as the signal aborts. Nobody misses what it comes to then. */
  or<Value>(value: Value | PromiseLike<Value>): Promise<Value | typeof ABORTED> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      if (this.#signal.aborted) resolve(ABORTED);
      Promise.resolve(value).then(resolve, reject);
    });
  }

  forget(): void {
    this.#signal.removeEventListener("abort", this.#listener);
    this.#resolve = undefined;
  }
}

function iteratorOf(given: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  // Not by its iterator, whose `return` waits for what it was asked for, perhaps for ever.
  if (isStream(given)) return iteratorOfReader(given.getReader());
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = Object(given);
  const make = later ?? (typeof given === "string" ? undefined : now);
  if (typeof make === "function") return make.call(given);
  throw new TypeError("source must give an (async) iterable or a ReadableStream");
}

function isStream(given: unknown): given is ReadableStream<unknown> {
  return typeof Object(given).getReader === "function";
}

function iteratorOfReader(reader: ReadableStreamDefaultReader<unknown>): AsyncIterator<unknown> {
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** A generator ends when it has come to its next `yield`; a stream is cancelled at once. */
function endQuietly(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  try {
    Promise.resolve(iterator.return?.()).catch(() => {});
  } catch {}
}
