import { setImmediate } from "node:timers";
import type { ConnectionId, NativeHub } from "../../native/binding.js";
import type { Reader } from "../lifecycle/environment.js";
import { runGuarded } from "../observe/guarded.js";
import { reportError } from "../observe/report.js";
import { type InProcess, openInProcess } from "./in-process.js";
import { type ReceivedMessage, toReceived } from "./received-message.js";
import { sendCounts } from "./send-functions.js";

/** Read at once. */
const READ_BYTES = 1024 * 1024;

/** A function that reads channels in this process: a connection like any other, whose bytes are parsed on the spot. */
export class Listener implements Reader {
  readonly connection: ConnectionId;
  readonly #hubName: string;
  readonly #at: InProcess;
  readonly #listen: (message: ReceivedMessage) => unknown;
  #isOpen = true;
  /** Set for a function that passes events on to a stream. Called when that stream has ended, and the listener with it. */
  onEnded: (() => void) | undefined;

  /** `isCounted`: whether it is a connection in the sense of the counts and limits. Throws `SERVER_FULL` and `DRAINING`. */
  static open(hubName: string, listen: (message: ReceivedMessage) => unknown, isCounted: boolean): Listener {
    return new Listener(hubName, openInProcess(hubName, isCounted, true), listen);
  }

  private constructor(hubName: string, at: InProcess, listen: (message: ReceivedMessage) => unknown) {
    this.#hubName = hubName;
    this.#at = at;
    this.connection = at.connection;
    this.#listen = listen;
    at.environment.add(at.connection, this);
  }

  onReadable(): void {
    if (!this.#isOpen) return;
    const bytes = this.#at.hub.read(this.connection, READ_BYTES);
    if (bytes === null) return;
    for (const item of this.#at.receiver.feed(bytes)) {
      if (!this.#isOpen) return;
      const message = toReceived(item);
      if (message !== undefined) this.#call(message);
    }
    // Other code runs before the rest, which may have no end: a listener may publish what it hears.
    if (this.#isOpen && this.#at.hub.hasPending(this.connection)) setImmediate(() => this.onReadable());
  }

  hasUnheard(hub: NativeHub): boolean {
    return this.#isOpen && hub === this.#at.hub && hub.hasPending(this.connection);
  }

  onClosing(): void {
    this.close();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#at.hub.close(this.connection);
    this.#at.environment.remove(this.connection);
  }

  /** A function that passes events on to streams which have all ended has ended with them. */
  #call(message: ReceivedMessage): void {
    const counts = sendCounts();
    const { open, gone } = counts;
    runGuarded(
      () => this.#listen(message),
      (error) => this.#failed(error),
      (sent) => this.onEnded && Object(sent).id === null && this.#endWithStream(),
    );
    if (this.onEnded && counts.gone > gone && counts.open === open) this.#endWithStream();
  }

  #endWithStream(): void {
    this.close();
    this.onEnded?.();
  }

  #failed(error: unknown): void {
    if (this.onEnded && isStreamClosed(error)) this.#endWithStream();
    else reportError(this.#hubName, "listener", error);
  }
}

/** By its code: a stream of another copy of this module throws another class. */
function isStreamClosed(error: unknown): boolean {
  return typeof error === "object" && (error as { code?: unknown } | null)?.code === "STREAM_CLOSED";
}
