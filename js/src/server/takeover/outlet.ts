/** Where a stream's bytes go when JavaScript does not pull them: a socket that a reactor writes to. */
export interface Outlet {
  readonly descriptor: number;
  /**
   * The reactor has stopped writing. `isWhole`: everything was sent but the body's end, which is Node's. Undefined where
   * Node has dropped the socket: then the reactor also watches for the client's end, and ends the body.
   */
  readonly onEnd: ((isWhole: boolean) => void) | undefined;
}

/** What may lead a stream's bytes around JavaScript, after its first chunk. */
export interface Shortcut {
  /** Goes before the first chunk, so that it can be told from every other. */
  readonly mark: string;
  /** The stream has given its first chunk to whoever reads it. */
  begin(first: Uint8Array): void;
  /** Whether the stream shall give nothing at present: it is not certain yet which way the bytes go. */
  holds(): boolean;
}
