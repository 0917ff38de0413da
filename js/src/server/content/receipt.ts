/**
 * What became of a published event.
 *
 * - `"sent"`: it is in the channel's log, with this id (the one given, or the hub's), and so many connections read the channel at that
 *   moment and want the type.
 * - `"held"`: it waits, as the channel's policy has it, and gets its id when it leaves, unless a newer event of its key takes its place.
 * - `"merged"`: it has taken the place of one that waits.
 */
export interface PublishReceipt {
  readonly state: "sent" | "held" | "merged";
  /** `null`: it has none yet. */
  readonly id: string | null;
  readonly recipients: number;
  /**
   * Resolves once the event is on disk, where the hub has `history.file` and the channel is durable; elsewhere at once. Of an event that waits because of a
   * policy, once what waited in its channel has left and is on disk. Rejects with SSEError `STORE_FAILED` where it could not be written: of
   * `sync: "always"` nobody was given it then, of `"batch"` it is in memory only. The promise is made when it is asked for.
   *
   * @example
   * await hub.publish("orders", { event: "paid", data: order }).stored;
   */
  readonly stored: Promise<void>;
}

/** A receipt whose promise is made when somebody asks. */
export class Receipt implements PublishReceipt {
  readonly state: PublishReceipt["state"];
  readonly id: string | null;
  readonly recipients: number;
  readonly #wait: (() => Promise<void>) | undefined;
  readonly #isRepeat: boolean;
  #stored: Promise<void> | undefined;

  constructor(
    state: PublishReceipt["state"],
    id: string | null,
    recipients: number,
    wait: (() => Promise<void>) | undefined,
    isRepeat = false,
  ) {
    this.state = state;
    this.id = id;
    this.recipients = recipients;
    this.#wait = wait;
    this.#isRepeat = isRepeat;
  }

  /** Nothing was published: the receipt is that of the event that was, under the same idempotency key. */
  static isRepeat(receipt: PublishReceipt): boolean {
    return #isRepeat in receipt && receipt.#isRepeat;
  }

  get stored(): Promise<void> {
    this.#stored ??= this.#wait?.() ?? Promise.resolve();
    return this.#stored;
  }
}
