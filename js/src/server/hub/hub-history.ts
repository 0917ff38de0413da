import type { NativeHub } from "../../native/binding.js";
import { requireKey } from "../../shared/arguments.js";
import { accepted } from "../content/message.js";
import { environment } from "../lifecycle/environment.js";
import { storeFailed, unlessStoreFailed, untilTasksDone } from "../lifecycle/stored.js";
import { brokerSlot } from "./brokers.js";
import { exportChannel, type ImportedLines, importChannel } from "./channel-transfer.js";
import { HubAccess } from "./hub-access.js";

/** What a hub does about what it has kept of its channels. */
export class HubHistory extends HubAccess {
  /**
   * Deletes what there is of a channel: its events in memory, at once, its document, and all that the hub's file (`history.file`) has of it; it resolves when no trace is
   * left there. Connections that read it stay, and are told of a gap, if they lack some of it. For data that must not be kept any more.
   *
   * @throws SSEError `STORE_FAILED` where the file cannot be opened; what is in memory is gone then.
   */
  async forget(channel: string): Promise<void> {
    requireKey("channel", channel);
    if (!this.#native.forget(channel)) throw storeFailed(this.#native);
    await untilTasksDone(this.name);
  }

  /**
   * Ends a channel for good: nothing is published into it any more (`CHANNEL_CLOSED`), and a stream that reads only closed channels is given what it lacks and
   * ends as `completed`, now and whenever somebody comes later; who has everything already is answered 204. What waits because of a policy is sent before.
   * Resolves when that is on disk, where the channel is durable; in memory it is known as long as the channel is (`channelTtlMs`). `forget` opens the channel again.
   *
   * @throws SSEError `SERVER_FULL`, `STORE_FAILED`.
   * @example
   * hub.publish("job:42", { event: "done", data: {} });
   * await hub.closeChannel("job:42");
   */
  async closeChannel(channel: string): Promise<void> {
    requireKey("channel", channel);
    const outcome = unlessStoreFailed(this.#native, this.#native.closeChannel(channel));
    if (outcome !== "written") accepted(outcome);
    environment().schedule();
    await untilTasksDone(this.name);
  }

  /**
   * The channel's events as lines of JSON, with their ids, the oldest first, up to the newest that there is now; from memory and from the hub's file. See {@link ExportedEvent}. Its document is not
   * among them.
   *
   * @throws SSEError `STORE_FAILED`, `SERVER_FULL`; `STREAM_CLOSED` where events went before they were read.
   * @example
   * await pipeline(hub.export("room:1"), createWriteStream("room-1.ndjson"));
   */
  export(channel: string): AsyncGenerator<string, void, undefined> {
    requireKey("channel", channel);
    return exportChannel(this.name, channel);
  }

  /**
   * Publishes what `export` gave, behind what the channel has, and with the ids that the events had: clients that have seen them take them for repeats, and may continue behind
   * them. No policy has them wait. Resolves with their number once they are as safe as the hub makes them.
   *
   * @param lines - lines, in pieces of any size: a file's stream, what `export` gives, an array.
   * @throws TypeError for a line that is none of an export, with its number; what `publish` throws. The events before it are published.
   */
  import(channel: string, lines: ImportedLines): Promise<number> {
    requireKey("channel", channel);
    return importChannel(channel, lines, (event) => brokerSlot(this.name).broker.publish(channel, event));
  }

  get #native(): NativeHub {
    return environment().hub(this.name);
  }
}
