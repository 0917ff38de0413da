import type { Broker, BrokeredEvent, BrokerHub, BrokerReceipt, MakeBroker } from "../../cluster/broker.js";
import { LocalBroker } from "../../cluster/local-broker.js";
import type { NativeHub } from "../../native/binding.js";
import { published } from "../content/published.js";
import { environment } from "../lifecycle/environment.js";

/** A hub's broker in this thread, made at the first publish. */
export class BrokerSlot {
  readonly #hub: BrokerHub;
  #make: MakeBroker = (hub) => new LocalBroker(hub);
  #broker: Broker | undefined;

  constructor(hubName: string) {
    this.#hub = new InstanceHub(hubName);
  }

  get broker(): Broker {
    this.#broker ??= this.#make(this.#hub);
    return this.#broker;
  }

  /** From now on the hub's events go through a broker of this kind. */
  use(make: MakeBroker): void {
    this.#make = make;
    this.#broker = undefined;
  }
}

/** The same for all objects of a hub, in whichever copy of this module. */
export function brokerSlot(hubName: string): BrokerSlot {
  const slots = environment().state("brokers", () => new Map<string, BrokerSlot>());
  let slot = slots.get(hubName);
  if (slot === undefined) {
    slot = new BrokerSlot(hubName);
    slots.set(hubName, slot);
  }
  return slot;
}

/** The logs of this process. */
class InstanceHub implements BrokerHub {
  readonly #name: string;
  readonly #native: NativeHub;

  constructor(hubName: string) {
    this.#name = hubName;
    this.#native = environment().hub(hubName);
  }

  append(channel: string, brokered: BrokeredEvent): BrokerReceipt {
    const { event, id, data, isRaw, retry, ttlMs, conflateKey, mergeKey, throttleKey, userId } = brokered;
    const { label, isReference, idempotencyKey, isImported } = brokered;
    const isPlain = retry === undefined && ttlMs === undefined && conflateKey === undefined && userId === undefined;
    const isSpecial = idempotencyKey !== undefined || isReference !== undefined || isImported !== undefined;
    const more =
      isPlain && !isSpecial && mergeKey === undefined && throttleKey === undefined && label === undefined
        ? undefined
        : {
            ...{ retry, ttlMs, conflateKey, mergeKey, throttleKey, userId, label },
            ...{ isReference, idempotencyKey, isImported },
          };
    const receipt = published(this.#name, channel, this.#native.publish(channel, event, id, data, isRaw, more));
    environment().noteAccepted(receipt.state);
    return receipt;
  }
}
