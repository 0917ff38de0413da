import type { SSEError } from "../../shared/errors.js";
import type { Clock } from "../options/clock.js";
import type { StreamEnd } from "../stream/notices.js";
import type { TabState } from "./tab-message.js";
import type { Presence } from "./tab-page.js";

/** The connection that tabs share, in this tab. */
export interface TabHost {
  /** Makes the connection; `wasAsked`: it was made before, here or in another tab. */
  begin(wasAsked: boolean): void;
  /** Whether the request may be made once more. */
  mayAskAgain(): boolean;
  /** Ends it: another tab has it, or is to have it. */
  end(): void;
  status(): TabState;
  /** The tab that has the connection says how it is; `hasOpened` where it was not connected before. */
  mirrored(state: TabState, hasOpened: boolean): void;
  /** What the leader received, as the server would have sent it; `isNew`: on a connection that continues another. */
  receive(bytes: Uint8Array, isNew: boolean): void;
  reconnect(): void;
  /** The stream has ended in the tab that has it, or it cannot be had. */
  ended(end: StreamEnd | SSEError): void;
  cursor(): string;
}

/** What a browser has for tabs to find each other. */
export interface TabPlatform {
  readonly locks: Pick<LockManager, "request">;
  open(name: string): Pick<BroadcastChannel, "postMessage" | "close" | "onmessage">;
  /** See {@link Presence}. */
  follow(put: (presence: Presence) => void): () => void;
  readonly clock: Clock;
}
