import { requireKey } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import type { Reader } from "../lifecycle/environment.js";
import { type InProcess, openInProcess } from "./in-process.js";
import { joinChannel } from "./join-channel.js";
import { type ReceivedMessage, toReceived } from "./received-message.js";
import type { StartFrom } from "./start-from.js";

/** Read at once. */
const READ_BYTES = 64 * 1024;

/**
 * Reads a channel's log in this process, as fast as somebody asks for more: what is not asked for stays in the log. It is no connection: no count or limit knows
 * it, and it does not keep the process alive. The channel stays as long as somebody reads it.
 */
export class ChannelReader implements Reader {
  readonly #at: InProcess;
  #wake: (() => void) | undefined;
  #isOpen = true;
  /** It closes once everything up to this number was given. */
  #endsAt: number | undefined;
  /** It was ended, and not by who reads: for a gap, or a drain. */
  #isBroken = false;

  /** @internal Use {@link readChannel}. */
  constructor(hubName: string, channel: string, from: StartFrom) {
    this.#at = openInProcess(hubName, false, false);
    try {
      joinChannel(this.#at.hub, this.#at.connection, channel, { from });
    } catch (error) {
      this.#at.hub.close(this.#at.connection);
      throw error;
    }
    this.#at.environment.add(this.#at.connection, this);
  }

  /**
   * The next events, at least one, as soon as there are some; undefined once it is closed. One call at a time.
   *
   * @throws SSEError `STREAM_CLOSED`: the log has lost events that were not read yet, or the hub has ended.
   */
  async next(): Promise<readonly ReceivedMessage[] | undefined> {
    while (this.#isOpen) {
      const events = this.#read();
      if (events === undefined && this.#hasReachedEnd()) this.close();
      else if (events === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else if (events.length > 0) return events;
    }
    if (this.#isBroken) throw new SSEError("STREAM_CLOSED", "The channel cannot be read any further");
    return undefined;
  }

  /** Whether there is an event that is next for this reader, and the log still has it. */
  hasNext(): boolean {
    if (!this.#isOpen) return false;
    const { hub, connection } = this.#at;
    return hub.hasPending(connection) && !hub.hasLost(connection);
  }

  /** Gives what is there, and then nothing more. */
  end(): void {
    this.#endsAt ??= this.#at.hub.newest();
    this.onReadable();
  }

  #hasReachedEnd(): boolean {
    return this.#endsAt !== undefined && this.#at.hub.hasPassed(this.#at.connection, this.#endsAt);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#at.hub.close(this.#at.connection);
    this.#at.environment.remove(this.#at.connection);
    this.onReadable();
  }

  onReadable(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  onClosing(): void {
    this.#isBroken = true;
    this.close();
  }

  /** Undefined: there is nothing more now. */
  #read(): ReceivedMessage[] | undefined {
    const bytes = this.#at.hub.read(this.#at.connection, READ_BYTES);
    if (bytes === null) return undefined;
    return this.#at.receiver.feed(bytes).flatMap((item) => toReceived(item) ?? []);
  }
}

/**
 * For modules that give a channel's events to somebody in another form.
 *
 * @param from - Default `"earliest"`.
 * @throws SSEError as `hub.subscribe` does.
 * @example
 * const reader = readChannel(hub, "job:42");
 * for (let events = await reader.next(); events !== undefined; events = await reader.next()) take(events);
 */
export function readChannel(
  hub: { readonly name: string },
  channel: string,
  from: StartFrom = "earliest",
): ChannelReader {
  requireKey("channel", channel);
  return new ChannelReader(hub.name, channel, from);
}
