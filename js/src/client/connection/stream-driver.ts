import type { Health, SessionState } from "../../core/contract.js";
import type { Clock } from "../options/clock.js";
import type { SSEClientOptions } from "../options/options.js";
import type { ResumeVerdict } from "../stream/notices.js";
import type { Requests } from "../transport/requests.js";
import type { Dispatcher } from "./dispatcher.js";
import type { Transition } from "./recorder.js";

/** How a client is. */
export interface ClientStanding {
  readonly state: SessionState;
  readonly health: Health;
  /** Closed, given up or never started. */
  readonly hasEnded: boolean;
  /** The stream has come to its end. */
  readonly completed: boolean;
  readonly attempts: number;
  readonly transport: "stream" | "polling";
  readonly latencyMs: number | null;
}

/**
 * What drives a client's connection. A client has one at a time: a {@link LoadingDriver} while the rest of the client is loaded,
 * then a {@link SessionDriver} for good.
 */
export interface StreamDriver {
  readonly standing: ClientStanding;
  /** The cursor. */
  readonly lastEventId: string;
  readonly resume: ResumeVerdict | null;
  readonly implementation: "wasm" | "javascript" | null;
  readonly transitions: readonly Transition[];
  /** Whether the request may be made once more, with the cursor. */
  readonly mayAskAgain: boolean;
  /** The client has not started yet, or it has ended. */
  start(): void;
  /** Replaces a connection that is open, or ends a wait. */
  reconnect(): void;
  /** Has the stream read a channel besides, or no more. */
  choose(channel: string, isWanted: boolean): Promise<void>;
  /** The client has not ended. */
  close(): void;
}

/** What the two drivers of a client have in common. */
export interface DriverContext {
  readonly url: string;
  readonly options: SSEClientOptions;
  readonly clock: Clock;
  /** When the client was made. */
  readonly beganMs: number;
  readonly requests: Requests;
  readonly dispatcher: Dispatcher;
  /** The client has stopped: by the user, by the server, or for lack of attempts. */
  readonly ended: () => void;
}
