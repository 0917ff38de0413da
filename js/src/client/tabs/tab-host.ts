import { SSEError, type SSEErrorCode } from "../../shared/errors.js";
import type { Clock } from "../options/clock.js";
import type { SSEClientOptions } from "../options/options.js";
import type { StreamEnd } from "../stream/notices.js";
import type { TabEnd, TabState } from "./tab-message.js";
import type { Presence } from "./tab-page.js";

/** What tells whether clients in two tabs can share a connection. */
export interface SharedClient {
  readonly url: string;
  readonly options: SSEClientOptions;
  readonly clock: Clock;
}

/** The client in this tab, whose connection the tabs share. */
export interface TabHost {
  /** Whether the request may be made once more. */
  readonly mayAskAgain: boolean;
  /** The cursor. */
  readonly lastEventId: string;
  /** `shared`: how the connection is, in the tab that has it. */
  readonly standing: { readonly shared: TabState };
  /** Makes the connection. */
  begin(): void;
  /** Drops it: another tab has it, or is to have it. */
  drop(): void;
  /** The tab that has the connection says how it is; `hasOpened` where it was not connected before. */
  mirrored(state: TabState, hasOpened: boolean): void;
  /** What the leader received, as the server would have sent it; `isNew`: on a connection that continues another. */
  receive(bytes: Uint8Array, isNew: boolean): void;
  reconnect(): void;
  /** The stream has ended. */
  ended(end: StreamEnd): void;
  /** It cannot be had. */
  giveUp(error: SSEError): void;
}

/** Makes the connection; `wasAsked`: it was made before, here or in another tab. */
export function beginAgain(host: TabHost, wasAsked: boolean): void {
  const message = "The answer was cut with the tab that had it, and is not asked for again";
  if (wasAsked && !host.mayAskAgain) host.giveUp(new SSEError("CONNECTION_FAILED", message));
  else host.begin();
}

/** What has ended it in the tab that had it. */
export function endAlso(host: TabHost, end: TabEnd): void {
  if ("reason" in end) {
    host.ended(end);
    return;
  }
  const { code, message, status } = end;
  host.giveUp(new SSEError(code as SSEErrorCode, message, status === undefined ? {} : { status }));
}

/** What a browser has for tabs to find each other. */
export interface TabPlatform {
  readonly locks: Pick<LockManager, "request">;
  open(name: string): Pick<BroadcastChannel, "postMessage" | "close" | "onmessage">;
  /** See {@link Presence}. */
  follow(put: (presence: Presence) => void): () => void;
  readonly clock: Clock;
}
