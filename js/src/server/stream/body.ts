import type { HeaderFacts } from "./header-facts.js";
import { NodeReadableStream } from "./web-streams.js";

/** What the head of an answer says of its stream. */
export interface StreamHead {
  readonly facts: HeaderFacts;
  readonly traceId: string;
  /** The cursor of a client that begins with it. */
  readonly beginning: string | null;
}

/**
 * A stream's body. It notes when it is read by other means than a server that pipes it into its response: whoever reads it may
 * change the bytes, so that all of them must go that way.
 */
export class Body extends NodeReadableStream<Uint8Array<ArrayBuffer>> {
  /** Whose body it is. */
  readonly owner: StreamHead;
  /** Whether other code than a server may read it. */
  isOthers = false;

  // What is internal here is left out of the declarations: its types are the DOM library's, which a server need not have.

  /** @internal */
  constructor(
    owner: StreamHead,
    source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>>,
    strategy: QueuingStrategy<Uint8Array<ArrayBuffer>>,
  ) {
    super(source, strategy);
    this.owner = owner;
  }

  /** @internal */
  // biome-ignore lint/suspicious/noExplicitAny: the overloads are the base class's
  override getReader(...args: any[]): any {
    this.isOthers = true;
    return super.getReader(...(args as []));
  }

  /** @internal */
  override pipeThrough<Output>(
    transform: ReadableWritablePair<Output, Uint8Array<ArrayBuffer>>,
    options?: StreamPipeOptions,
  ): ReadableStream<Output> {
    this.isOthers = true;
    return super.pipeThrough(transform, options);
  }

  /**
   * Servers stop the pipe when the client leaves, so they give a signal; who pipes by hand mostly does not.
   *
   * @internal
   */
  override pipeTo(
    destination: WritableStream<Uint8Array<ArrayBuffer>>,
    options?: StreamPipeOptions,
  ): Promise<undefined> {
    if (options?.signal === undefined) this.isOthers = true;
    return super.pipeTo(destination, options) as Promise<undefined>;
  }

  /** @internal */
  override tee(): [ReadableStream<Uint8Array<ArrayBuffer>>, ReadableStream<Uint8Array<ArrayBuffer>>] {
    this.isOthers = true;
    return super.tee();
  }

  /** @internal */
  override values(
    options?: ReadableStreamIteratorOptions,
  ): ReturnType<ReadableStream<Uint8Array<ArrayBuffer>>["values"]> {
    this.isOthers = true;
    return super.values(options);
  }

  /** @internal */
  override [Symbol.asyncIterator](
    options?: ReadableStreamIteratorOptions,
  ): ReturnType<ReadableStream<Uint8Array<ArrayBuffer>>["values"]> {
    return this.values(options);
  }
}
