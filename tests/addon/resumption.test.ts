import { createHub, type Hub } from "../../js/src/server/index.js";
import type { ReceiverCore } from "../../js/src/shared/receiver.js";
import { attaching, until } from "./listening.js";
import { BEGIN } from "./notices.js";
import { RawClient } from "./raw_client.js";

const CLIENTS = 200;
const PUBLISHES = 20_000;
const BATCH = 50;
const EVENT = /^event: n\nid: ([0-9a-z]+\.\d+)\ndata: (\d+)$/;
const NOTICE = /^event: millrace\.resume\ndata: \{"verdict":"(gap|continued)"\}$/;
const POSITION = /^id: ([0-9a-z]+\.\d+)$/;

/** Park and Miller's: the same cuts in every run with the same seed. */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

/** One client over all of its connections. Four million events are to be read, so it reads these few kinds only. */
class Resuming {
  /** Events, of which each was the one after the last or came after a notice of the gap. */
  received = 0;
  gaps = 0;
  continued = 0;
  cuts = 0;
  readonly faults: string[] = [];
  readonly #port: number;
  #current: RawClient | undefined;
  #lastEventId = "";
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
    const isFirst = this.#lastEventId === "";
    this.#current = new RawClient(this.#port, () => this.#receiver());
    this.#current.request(isFirst ? {} : { headers: { "Last-Event-ID": this.#lastEventId } });
    if (isFirst) await this.#current.untilOpen();
  }

  /** Ends the connection in the middle of whatever comes. */
  cut(how: "end" | "reset"): void {
    if (this.#current === undefined) return;
    this.#current.leave(how);
    this.#current = undefined;
    this.cuts += 1;
  }

  async untilLast(): Promise<void> {
    while (this.#next < PUBLISHES) {
      if (!this.isConnected) await this.connect();
      await this.#current?.until(({ isClosed }) => isClosed || this.#next === PUBLISHES);
    }
    this.#current?.leave();
  }

  /** What a connection leaves unfinished is forgotten with it. */
  #receiver(): ReceiverCore {
    const client = this;
    let unfinished = "";
    return {
      feed(bytes) {
        const blocks = (unfinished + Buffer.from(bytes).toString("latin1")).split("\n\n");
        unfinished = blocks.pop() ?? "";
        for (const block of blocks) client.#take(block);
        return [];
      },
      reset() {},
      heartbeats: 0,
      get lastEventId() {
        return client.#lastEventId;
      },
    };
  }

  #take(block: string): void {
    const [, id, n] = EVENT.exec(block) ?? [];
    if (id !== undefined) {
      this.#lastEventId = id;
      this.#count(Number(n));
      return;
    }
    const [, position] = POSITION.exec(block) ?? [];
    const [, verdict] = NOTICE.exec(block) ?? [];
    if (position !== undefined) this.#lastEventId = position;
    else if (verdict === "continued") this.continued += 1;
    else if (verdict === "gap") {
      this.gaps += 1;
      this.#isTold = true;
    } else if (!`${block}\n\n`.startsWith(BEGIN)) this.faults.push(`what is ${block}?`);
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
