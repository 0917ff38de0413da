/** Why an answer has ended. */
export type AnswerEnd = "completed" | "duration_cap" | "stopped" | "abandoned" | "too_large" | "failed";

/** How far an answer is. */
export interface AnswerProgress {
  /** Of the clock, in milliseconds. */
  readonly now: number;
  /** Milliseconds since its beginning. */
  readonly elapsedMs: number;
  /** What the source has thrown, where it has failed. */
  readonly error?: unknown;
}

/** An event of an answer's channel. */
export interface AnswerEvent {
  /** Default: `"message"`, which is not said on the wire. */
  readonly event?: string;
  readonly data: unknown;
  /** The data is a text, and no JSON. */
  readonly raw?: true;
  readonly conflateKey?: string;
}

/** How what a source gives becomes events of the answer's channel. One for each answer: it may count. */
export interface AnswerFormat<Piece = unknown> {
  /** The first ones, before the source has given anything. */
  startOf?(): readonly AnswerEvent[];
  /**
   * What the source gave, as it is held until it is sent. Undefined: there is nothing to send.
   *
   * @throws TypeError for what is no piece of an answer.
   */
  toPiece(chunk: unknown): Piece | undefined;
  /** As what an answer ends with this from its source, which is no piece; undefined: it goes on. */
  endedBy?(chunk: unknown): AnswerEnd | undefined;
  /** In characters, about: an answer has a limit of them. */
  lengthOf(piece: Piece): number;
  /** Two pieces in a row as one; undefined: they stay two. */
  joined(first: Piece, second: Piece): Piece | undefined;
  eventsOf(piece: Piece): readonly AnswerEvent[];
  /** The last ones. Those of `failed` are sent, too, where these cannot be. */
  endOf(end: AnswerEnd, progress: AnswerProgress): readonly AnswerEvent[];
  heartbeatOf?(progress: AnswerProgress): AnswerEvent;
}
