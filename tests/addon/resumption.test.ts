import { nativeModule } from "../../js/src/core/load-native.js";
import { createHub, type Hub } from "../../js/src/server/index.js";
import { attaching, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

const CLIENTS = 200;
const PUBLISHES = 20_000;
const BATCH = 50;
const GAP = 'millrace.resume:{"verdict":"gap"}';
const CONTINUED = 'millrace.resume:{"verdict":"continued"}';

/** Four million events are to be parsed: the addon's parser is the faster one. */
function createReceiver() {
  if (nativeModule.binding === null) throw new Error("The addon is not built");
  return new nativeModule.binding.Receiver(0, 2 ** 20, 2 ** 20);
}

/** Park and Miller's: the same cuts in every run with the same seed. */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

/** What one client sees over all of its connections, which it checks as it comes. */
class Resuming {
  /** Events, of which each was the one after the last or came after a notice of the gap. */
  received = 0;
  gaps = 0;
  continued = 0;
  cuts = 0;
  readonly faults: string[] = [];
  readonly #port: number;
  #current: RawClient | undefined;
  #seen = 0;
  #lastEventId: string | undefined;
  #next = 0;
  #isTold = false;

  constructor(port: number) {
    this.#port = port;
  }

  /** A client that the server cut, as it may when one falls behind, is not connected either. */
  get isConnected(): boolean {
    return this.#current?.isClosed === false;
  }

  /** The first connection is open once it has a cursor; later ones may be cut before anything came. */
  async connect(): Promise<void> {
    this.cut("end");
    this.#current = new RawClient(this.#port, createReceiver);
    this.#current.request(this.#lastEventId ? { headers: { "Last-Event-ID": this.#lastEventId } } : {});
    if (this.#lastEventId === undefined) await this.#current.untilOpen();
  }

  /** Ends the connection in the middle of whatever comes. */
  cut(how: "end" | "reset"): void {
    if (this.#current === undefined) return;
    this.#look();
    this.#lastEventId = this.#current.lastEventId || this.#lastEventId;
    this.#current.leave(how);
    this.#current = undefined;
    this.#seen = 0;
    this.cuts += 1;
  }

  async untilLast(): Promise<void> {
    while (this.#next < PUBLISHES) {
      if (!this.isConnected) await this.connect();
      await this.#current?.until(({ events, isClosed }) => isClosed || events.at(-1) === `n:${PUBLISHES - 1}`);
      this.#look();
    }
    this.#current?.leave();
  }

  #look(): void {
    const events = this.#current?.events ?? [];
    for (; this.#seen < events.length; this.#seen++) {
      const event = events[this.#seen] ?? "";
      if (event === CONTINUED) this.continued += 1;
      else if (event === GAP) {
        this.gaps += 1;
        this.#isTold = true;
      } else if (event.startsWith("n:")) this.#count(Number(event.slice(2)));
      else this.faults.push(`what is ${event}?`);
    }
  }

  #count(n: number): void {
    if (n < this.#next) this.faults.push(`${n} again, or late: ${this.#next} was next`);
    if (n > this.#next && !this.#isTold) this.faults.push(`${this.#next} to ${n - 1} are missing in silence`);
    if (n === this.#next && this.#isTold) this.faults.push(`told of a gap before ${n}, and nothing was missing`);
    this.#isTold = false;
    this.#next = n + 1;
    this.received += 1;
  }
}

/** Publishes while clients are cut at random moments and come back at others. */
async function run(hub: Hub, seed: number): Promise<Resuming[]> {
  const random = randomly(seed);
  const { port, close } = await attaching(hub, { channels: ["c"] });
  const clients = Array.from({ length: CLIENTS }, () => new Resuming(port));
  await Promise.all(clients.map((client) => client.connect()));
  for (let n = 0; n < PUBLISHES; n++) {
    hub.publish("c", { event: "n", data: n });
    if (n % BATCH !== BATCH - 1) continue;
    for (const client of clients) {
      if (client.isConnected && random(25) === 0) client.cut(random(2) === 0 ? "end" : "reset");
      else if (!client.isConnected && random(4) === 0) void client.connect();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(clients.map((client) => client.untilLast()));
  await until(() => hub.stats().connections === 0);
  await close();
  return clients;
}

test("200 clients that are cut at random during 20,000 publishes get every event once, in order", async () => {
  const hub = createHub({ name: "long history", history: { events: PUBLISHES, bytes: 2 ** 26 } });
  const clients = await run(hub, 1);
  for (const { received, gaps, faults } of clients) {
    expect({ received, gaps, faults }).toEqual({ received: PUBLISHES, gaps: 0, faults: [] });
  }
  expect(clients.reduce((sum, { cuts }) => sum + cuts, 0)).toBeGreaterThan(CLIENTS);
  expect(clients.some(({ continued }) => continued > 0)).toBe(true);
}, 60_000);

test("with a short history, who has missed something is told of the gap first", async () => {
  // Without time to catch up: whoever is behind would keep the log from forgetting.
  const hub = createHub({ name: "short history", history: { events: 200 }, lagGraceMs: 0 });
  const clients = await run(hub, 2);
  for (const { received, gaps, faults } of clients) {
    expect(faults).toEqual([]);
    expect(gaps > 0).toBe(received < PUBLISHES);
  }
  expect(clients.some(({ gaps }) => gaps > 0)).toBe(true);
  expect(clients.some(({ continued }) => continued > 0)).toBe(true);
}, 60_000);
