/** Follows the first chunk of a stream's body, to find out whether the core may write the rest. */
export interface BodyWatch {
  /** Goes before the first chunk, so that it differs from every other chunk. */
  readonly mark: string;
  /** The stream is about to give its first chunk to the reader of the body. */
  onFirst(chunk: Uint8Array): void;
  /** Whether the body gives nothing for now, because it is not known yet who writes the next bytes. */
  holdsBack(): boolean;
}
