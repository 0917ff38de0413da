import { createHub, type Hub } from "../../js/src/server/index.js";
import { asking, type Poller, type Way } from "./polling.js";
import { StreamReader } from "./reading.js";

const PUBLISHES = 600;
const CHANNELS = ["a", "b", "c"];

/** Park and Miller's: the same in every run with the same seed. */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

/** Reads a route now by polling, now as a stream that it leaves at any moment, always from where it is. */
class Switching {
  readonly received: string[] = [];
  readonly verdicts = new Set<string | null>();
  polls = 0;
  streams = 0;
  readonly #client: Poller;
  #cursor: string | undefined;

  constructor(client: Poller) {
    this.#client = client;
  }

  async poll(): Promise<void> {
    const { events, lastEventId, verdict } = await this.#client.poll(this.#cursor);
    this.received.push(...events.map(({ data }) => data));
    this.#cursor = lastEventId;
    if (this.polls++ > 0) this.verdicts.add(verdict);
  }

  /** Leaves after this many events, or more that came with them; so many will come. */
  async stream(count: number): Promise<void> {
    this.streams += 1;
    const { body } = await this.#client.ask({ cursor: this.#cursor, accept: "text/event-stream" });
    if (body === null) throw new Error("no body");
    const reader = new StreamReader(body);
    await reader.untilEvents(1 + count);
    const [notice, ...events] = reader.items.flatMap((item) => (item.kind === "event" ? [item.data] : []));
    this.verdicts.add(JSON.parse(notice ?? "").verdict);
    this.received.push(...events);
    if (reader.lastEventId !== "") this.#cursor = reader.lastEventId;
    await reader.cancel();
  }
}

/** Publishes so many more, over several turns; every third has an id of its own. */
async function publishMore(hub: Hub, from: number, through: number, random: (below: number) => number): Promise<void> {
  for (let n = from; n < through; n++) {
    const message = { event: isWanted(n) ? "wanted" : "other", data: n, ...(n % 3 === 0 && { id: `nº ${n}` }) };
    hub.publish(CHANNELS[random(CHANNELS.length)] ?? "a", message);
    if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

const isWanted = (n: number) => n % 4 === 0;

describe.each<Way>(["response", "attach"])("by %s", (way) => {
  test.each([
    [1, undefined],
    [2, undefined],
    [3, ["wanted"]],
    [4, ["wanted"]],
  ])("switching at random (seed %d, events %j) loses nothing and repeats nothing", async (seed, events) => {
    const random = randomly(seed);
    const hub = createHub({ name: `switching ${way} ${seed}`, history: { events: 200 } });
    const client = await asking(hub, way, { channels: CHANNELS, ...(events && { events }) });
    const expected: string[] = [];
    const reader = new Switching(client);
    await reader.poll();
    for (let published = 0; published < PUBLISHES; ) {
      const from = published;
      published += random(12);
      for (let n = from; n < published; n++) if (events === undefined || isWanted(n)) expected.push(String(n));
      const publishing = publishMore(hub, from, published, random);
      if (random(2) === 0) await reader.poll();
      else await reader.stream(random(expected.length - reader.received.length + 1));
      await publishing;
    }
    await reader.poll();
    expect(reader.received).toEqual(expected);
    expect([...reader.verdicts]).toEqual(["continued"]);
    expect(Math.min(reader.polls, reader.streams)).toBeGreaterThan(PUBLISHES / 30);
    await client.close();
  });
});
