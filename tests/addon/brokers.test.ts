import type { Broker, BrokeredEvent, BrokerHub, BrokerReceipt } from "../../js/src/cluster/broker.js";
import { brokerSlot } from "../../js/src/server/hub/brokers.js";
import { createHub, SSEError } from "../../js/src/server/index.js";
import { reading } from "./broker_reader.js";

/** Mulberry32: the same schedule for the same seed. */
function randomOf(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A broker that numbers later than it is asked, and sometimes takes nothing. */
class LateBroker implements Broker {
  readonly #hub: BrokerHub;
  readonly #fails: () => boolean;
  readonly #waiting: [channel: string, event: BrokeredEvent][] = [];

  constructor(hub: BrokerHub, fails: () => boolean) {
    this.#hub = hub;
    this.#fails = fails;
  }

  publish(channel: string, event: BrokeredEvent): BrokerReceipt {
    if (this.#fails()) throw new SSEError("OVERLOADED", "The broker is away");
    this.#waiting.push([channel, event]);
    return { state: "sent", id: null, recipients: 0, stored: Promise.resolve() };
  }

  deliver(most: number): void {
    for (const [channel, event] of this.#waiting.splice(0, most)) this.#hub.append(channel, event);
  }
}

let count = 0;

test("without another one, an event is numbered and appended at once", () => {
  const hub = createHub({ name: `broker ${++count}` });
  const reader = reading(hub, ["c"]);
  const first = hub.publish("c", { event: "e", data: 1 });
  expect(first).toEqual({ state: "sent", id: expect.stringMatching(/\.1$/), recipients: 1 });
  expect(reader.take()).toEqual([{ event: "e", data: "1", id: first.id }]);
  reader.leave();
});

test("a broker is made at the first publish, for all objects of the hub", () => {
  const name = `broker ${++count}`;
  const before = createHub({ name });
  let made = 0;
  const published: string[] = [];
  brokerSlot(name).use((hub) => {
    made += 1;
    return {
      publish(channel, event) {
        published.push(`${channel} ${event.data}`);
        return hub.append(channel, event);
      },
    };
  });
  expect(made).toBe(0);
  before.publish("c", { event: "e", data: 1 });
  createHub({ name }).publish("d", { event: "e", data: 2, ttlMs: 5000, conflateKey: "k" });
  expect(made).toBe(1);
  expect(published).toEqual(["c 1", "d 2"]);
});

test("what a broker takes reaches every reader once and in order, however late; what it refuses reaches nobody", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = randomOf(seed);
    const name = `broker ${++count}`;
    const hub = createHub({ name, history: { events: 1000 } });
    let late: LateBroker | undefined;
    brokerSlot(name).use((instance) => {
      late = new LateBroker(instance, () => random(10) === 0);
      return late;
    });
    const channels = ["a", "b", "c"];
    const readers = [["a"], ["a", "b"], channels].map((wanted) => ({
      wanted,
      reader: reading(hub, wanted),
      got: [] as string[],
    }));
    const taken: { channel: string; data: string }[] = [];
    const take = () => {
      for (const { reader, got } of readers) got.push(...reader.take().map(({ data }) => data));
    };
    for (let step = 0; step < 200; step++) {
      const channel = channels[random(3)] as string;
      try {
        expect(hub.publish(channel, { event: "e", data: step }).id).toBeNull();
        taken.push({ channel, data: `${step}` });
      } catch (error) {
        expect(error).toMatchObject({ code: "OVERLOADED" });
      }
      if (random(3) === 0) late?.deliver(random(5));
      if (random(3) === 0) take();
    }
    late?.deliver(Infinity);
    take();
    for (const { wanted, got } of readers) {
      expect({ seed, got }).toEqual({
        seed,
        got: taken.filter(({ channel }) => wanted.includes(channel)).map(({ data }) => data),
      });
    }
    for (const { reader } of readers) reader.leave();
  }
});
