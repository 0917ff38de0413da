import { setImmediate } from "node:timers";
import type { ConnectionId, NativeHub } from "../../native/binding.js";
import { NOTICE_TYPES } from "../../shared/notices.js";
import type { ReceiverCore } from "../../shared/receiver.js";
import { opened, type SSEMessage } from "../content/message.js";
import { type Environment, environment, type Reader } from "../lifecycle/environment.js";
import { runGuarded } from "../observe/guarded.js";
import { reportError } from "../observe/report.js";
import { sendCounts } from "./send-functions.js";

/** What a function that listens in the process is given: a message as it was published, with its id. */
export interface ReceivedMessage extends SSEMessage {
  /** The event type; `"message"` where none was given. */
  event: string;
  /** What was published; undefined for an event without data. Text that was sent `raw` comes as it is. */
  data: unknown;
  id: string;
}

const LARGEST_EVENT_BYTES = 2 ** 31;
/** Read at once. */
const READ_BYTES = 1024 * 1024;

/** A function that reads channels in this process: a connection like any other, whose bytes are parsed on the spot. */
export class Listener implements Reader {
  readonly connection: ConnectionId;
  readonly #hubName: string;
  readonly #hub: NativeHub;
  readonly #environment: Environment;
  readonly #receiver: ReceiverCore;
  readonly #listen: (message: ReceivedMessage) => unknown;
  #isOpen = true;
  /** Set for a function that passes events on to a stream. Called when that stream has ended, and the listener with it. */
  onEnded: (() => void) | undefined;

  /** `isCounted`: whether it is a connection in the sense of the counts and limits. Throws `SERVER_FULL` and `DRAINING`. */
  static open(hubName: string, listen: (message: ReceivedMessage) => unknown, isCounted: boolean): Listener {
    const env = environment();
    const hub = env.hub(hubName);
    const connection = hub.open(env.id, {
      lagEvents: Infinity,
      lagBytes: Infinity,
      lagStallMs: Infinity,
      dropOldest: true,
      heartbeatMs: 0,
      heartbeatEvent: "",
      heartbeatData: "",
      maxDurationMs: 0,
      isCompressed: false,
      hasNotices: true,
      closeAfter: [],
      retryMs: undefined,
      lastEventId: undefined,
      greeting: undefined,
      kind: isCounted ? "connection" : "listener",
    });
    return new Listener(hubName, hub, env, opened(connection), listen);
  }

  private constructor(
    hubName: string,
    hub: NativeHub,
    env: Environment,
    connection: ConnectionId,
    listen: (message: ReceivedMessage) => unknown,
  ) {
    this.#hubName = hubName;
    this.#hub = hub;
    this.#environment = env;
    this.connection = connection;
    this.#listen = listen;
    this.#receiver = new env.binding.Receiver(0, LARGEST_EVENT_BYTES, LARGEST_EVENT_BYTES);
    env.add(connection, this);
  }

  onReadable(): void {
    if (!this.#isOpen) return;
    const bytes = this.#hub.read(this.connection, READ_BYTES);
    if (bytes === null) return;
    for (const item of this.#receiver.feed(bytes)) {
      if (!this.#isOpen) return;
      if (item.kind !== "event" || item.type.startsWith(NOTICE_TYPES)) continue;
      this.#call({ event: item.type, data: item.isRaw ? item.data : parsed(item.data), id: item.lastEventId });
    }
    // Other code runs before the rest, which may have no end: a listener may publish what it hears.
    if (this.#isOpen && this.#hub.hasPending(this.connection)) setImmediate(() => this.onReadable());
  }

  hasUnheard(hub: NativeHub): boolean {
    return this.#isOpen && hub === this.#hub && hub.hasPending(this.connection);
  }

  onClosing(): void {
    this.close();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#hub.close(this.connection);
    this.#environment.remove(this.connection);
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

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
