/** A stream that bytes of the application's own go through. */
export interface WrittenStream {
  readonly hasEnded: boolean;
  close(): void;
  leave(): void;
  /** Puts the bytes in line with the events. */
  write(bytes: Uint8Array): void;
}

export type WriteCallback = () => void;

/** Puts a chunk that the application has written to the response in line; gives its size in bytes. */
export function writeToStream(stream: WrittenStream, chunk: unknown, encoding: unknown): number {
  const bytes =
    typeof chunk === "string"
      ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
      : chunk;
  if (!(bytes instanceof Uint8Array)) throw new TypeError("A response's chunk must be a string or a Uint8Array");
  if (bytes.byteLength > 0) stream.write(bytes);
  return bytes.byteLength;
}

/** The callback among the arguments of `write` or `end`, wherever it stands. */
export function callbackOf(args: readonly unknown[]): WriteCallback | undefined {
  return args.find((argument) => typeof argument === "function") as WriteCallback | undefined;
}
