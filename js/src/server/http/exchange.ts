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
  /** To be called once the answer was sent, or its client has gone: until then it counts as a connection. Idempotent. */
  readonly onSent?: (() => void) | undefined;
}

/**
 * One request and the way to answer it: what an adapter of an HTTP server has to bring for {@link answerRequest}. `Answer` is what the
 * server's handler returns. The answering methods may return it or a promise of it.
 */
export interface Exchange<Answer> {
  readonly request: RequestLike;
  /** What the answer's `Vary` names already. */
  readonly vary: string | undefined;
  /** Whether the server lets an answer say that its body is compressed. */
  readonly mayCompress: boolean;
  /**
   * Asked before a poll is answered. Resolves when all earlier requests of the connection have been answered (HTTP/1 pipelining);
   * false: the client has gone.
   */
  untilTurn(): Promise<boolean>;
  /**
   * Called before a stream is opened. Returns a function that is called when the stream has ended, or could not be opened. It may be
   * called twice, and must not keep a reference to the request.
   *
   * @throws SSEError `TOO_MANY_CONNECTIONS`.
   */
  claim(): () => void;
  /**
   * Sends status 200, the headers and the events. May throw or reject where they cannot be sent: the stream is abandoned then, and
   * {@link refuse} is called. `events.stage` is `"cut"` where the body ended too early, which the client must notice.
   */
  stream(events: HubStream, headers: Headers): Answer | Promise<Answer>;
  /** Sends an answer that is no stream. May throw or reject where it cannot be sent. */
  answer(answer: PlainAnswer): Answer | Promise<Answer>;
  /** Sends an error. Never throws and never rejects: an answer that cannot be sent is cut. */
  refuse(answer: PlainAnswer): Answer | Promise<Answer>;
  /** The client has gone before it was answered. */
  gone(): Answer | Promise<Answer>;
}
