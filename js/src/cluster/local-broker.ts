import type { Broker, BrokeredEvent, BrokerHub, BrokerReceipt } from "./broker.js";

/** The broker of a hub that has one instance: what is published is appended at once. */
export class LocalBroker implements Broker {
  readonly #hub: BrokerHub;

  constructor(hub: BrokerHub) {
    this.#hub = hub;
  }

  publish(channel: string, event: BrokeredEvent): BrokerReceipt {
    return this.#hub.append(channel, event);
  }
}
