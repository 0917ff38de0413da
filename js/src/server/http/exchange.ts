import type { RequestLike } from "../access/request-like.js";
import type { CloseReason } from "../observe/close-reason.js";
import type { HubStream } from "../stream/hub-stream.js";

/** An answer that is no stream. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** `null`: none. */
  readonly body: string | null;
  /** Why there is no stream. */
  readonly reason: CloseReason;
  /** Called once the answer was sent, or cannot be sent any more: until then it counts as a connection. Idempotent. */
  readonly onSent?: (() => void) | undefined;
}

/** One request and the way to answer it: what an HTTP server has to bring for {@link answerRequest}. */
export interface Exchange<Answer> {
  readonly request: RequestLike;
  /** What the answer's `Vary` names already. */
  readonly vary: string | undefined;
  /** Whether the server lets an answer say that its body is compressed. */
  readonly mayCompress: boolean;
  /** Resolves when it is the request's turn on its connection, where requests may wait behind others; false: its client has gone. */
  untilTurn(): Promise<boolean>;
  /**
   * A stream for the request is about to be opened. Gives what is called when it has ended, or was not opened; that must not
   * hold the request, and is idempotent.
   *
   * @throws SSEError `TOO_MANY_CONNECTIONS`.
   */
  claim(): () => void;
  /** Answers with a stream, of status 200. May throw where the headers cannot be sent. */
  stream(stream: HubStream, headers: Headers): Answer;
  /** Answers otherwise. May throw where the headers cannot be sent. */
  answer(answer: PlainAnswer): Answer;
  /** Answers with an error. Never throws: an answer that cannot be sent is cut. */
  refuse(answer: PlainAnswer): Answer;
  /** The client has gone before it was answered. */
  gone(): Answer;
}
