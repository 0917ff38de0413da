import type { ReceiverCore } from "../core/contract.js";
import type { ConnectionId, NativeHub } from "../core/native.js";
import { callUser } from "./call.js";
import { type Environment, environment, type Reader } from "./environment.js";
import type { SSEMessage } from "./message.js";

/** What a function that listens in the process is given: a message as it was published, with its id. */
export interface ReceivedMessage extends SSEMessage {
  /** The event type; `"message"` where none was given. */
  event: string;
  /** What was published: JSON is parsed, text that is no JSON comes as it is. */
  data: unknown;
  id: string;
}

const LARGEST_EVENT_BYTES = 2 ** 31;

/** A function that reads channels in this process: a connection like any other, whose bytes are parsed on the spot. */
export class Listener implements Reader {
  readonly connection: ConnectionId;
  readonly #hub: NativeHub;
  readonly #environment: Environment;
  readonly #receiver: ReceiverCore;
  readonly #listen: (message: ReceivedMessage) => unknown;

  /** `isCounted`: whether it is a connection in the sense of the counts and limits. Throws nothing. */
  static open(hub: NativeHub, listen: (message: ReceivedMessage) => unknown, isCounted: boolean): Listener | null {
    const env = environment();
    const connection = hub.open(env.id, {
      lagEvents: Infinity,
      lagBytes: Infinity,
      dropOldest: true,
      heartbeatMs: 0,
      heartbeatEvent: "",
      heartbeatData: "",
      maxDurationMs: 0,
      retryMs: undefined,
      lastEventId: undefined,
      isListener: !isCounted,
    });
    return connection === null ? null : new Listener(hub, env, connection, listen);
  }

  private constructor(
    hub: NativeHub,
    env: Environment,
    connection: ConnectionId,
    listen: (message: ReceivedMessage) => unknown,
  ) {
    this.#hub = hub;
    this.#environment = env;
    this.connection = connection;
    this.#listen = listen;
    this.#receiver = new env.binding.Receiver(0, LARGEST_EVENT_BYTES, LARGEST_EVENT_BYTES);
    env.add(connection, this);
  }

  onReadable(): void {
    const bytes = this.#hub.read(this.connection);
    if (bytes === null) return;
    for (const item of this.#receiver.feed(bytes)) {
      if (item.kind !== "event" || item.type.startsWith("millrace.")) continue;
      callUser(this.#listen, { event: item.type, data: parsed(item.data), id: item.lastEventId });
    }
  }

  onClosing(): void {
    this.close();
  }

  close(): void {
    this.#hub.close(this.connection);
    this.#environment.remove(this.connection);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
