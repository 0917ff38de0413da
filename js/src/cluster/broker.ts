/** An event on its way between instances: data only, so that it can be sent. Its data is text already. */
export interface BrokeredEvent {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data?: string | undefined;
  readonly isRaw: boolean;
  readonly retry?: number | undefined;
  readonly ttlMs?: number | undefined;
  readonly conflateKey?: string | undefined;
  readonly mergeKey?: string | undefined;
  readonly throttleKey?: string | undefined;
  /** By which streams may choose it. */
  readonly label?: string | undefined;
  /** Its data names content that is kept elsewhere, which was looked at. */
  readonly isReference?: boolean | undefined;
  /** Who publishes it. */
  readonly userId?: string | undefined;
  /** What was published in the channel under this key lately is not published again. */
  readonly idempotencyKey?: string | undefined;
  /** It was published before, and keeps its id. */
  readonly isImported?: true | undefined;
}

/** What became of an event. */
export interface BrokerReceipt {
  /** `sent`: it is in the channel's log, or on its way there. The others wait, as the channel's policy has it. */
  readonly state: "sent" | "held" | "merged";
  /** `null`: it was accepted, and has no number yet. */
  readonly id: string | null;
  /** Connections of this instance that are given it; 0 while it has no number. */
  readonly recipients: number;
  /** Resolves once the event is as safe as the hub makes it; rejects where it will not be. Made when it is asked for. */
  readonly stored: Promise<void>;
}

/** The hub of this instance, as a broker sees it. */
export interface BrokerHub {
  /**
   * Appends an event to a channel's log, from where every reader of this instance gets it. The order of the calls is the order
   * of the events.
   *
   * @throws SSEError where it cannot be appended: `OVERLOADED`, `EVENT_TOO_LARGE`, `SERVER_FULL`, `RATE_LIMITED`, `INVALID_FIELD`.
   */
  append(channel: string, event: BrokeredEvent): BrokerReceipt;
}

/**
 * Carries the events of a hub to all its instances, in one order. It is given each event that this instance publishes, and
 * calls `append` of every instance's hub for it: at once, or later, but never in another order.
 *
 * Calls come from one thread, and do not wait: what takes time happens behind them.
 */
export interface Broker {
  /**
   * Takes an event. Once it returns, the event is appended some time, or its loss is told.
   *
   * @throws SSEError where it does not take it: nothing is published then.
   */
  publish(channel: string, event: BrokeredEvent): BrokerReceipt;
}

/** Makes a hub's broker; called once a thread, at the first publish. */
export type MakeBroker = (hub: BrokerHub) => Broker;
