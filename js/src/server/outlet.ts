/** Where a stream's bytes go when JavaScript does not pull them: a socket that a reactor writes to. */
export interface Outlet {
  readonly descriptor: number;
  /** Node has dropped the socket; else it ends the response. */
  readonly isHandedOver: boolean;
  /** The reactor has stopped writing. `isWhole`: everything was sent, but the body's end where Node keeps the socket. */
  onEnd(isWhole: boolean): void;
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
