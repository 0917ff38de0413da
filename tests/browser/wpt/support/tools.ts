// Runs in the browser: in pages, and in workers as their only script.
import { SSEClient } from "millrace/client";

/** What a case is run for: the browser's own, and ours. */
export type ClientName = "EventSource" | "SSEClient";

/** Where a case is run. */
export type RealmName = "window" | "dedicated worker" | "shared worker";

/** A message as a listener saw it: type, data, last event ID. */
export type Seen = [type: string, data: unknown, lastEventId: string];

/** What the code of a case has at hand. */
export interface Tools {
  /** The class that is tested. */
  readonly Source: typeof EventSource;
  /** The browser's, to compare with. */
  readonly Native: typeof EventSource;
  /** Everything made of the two in this case. */
  readonly sources: EventSource[];
  next<Type extends keyof EventSourceEventMap>(source: EventSource, type: Type): Promise<EventSourceEventMap[Type]>;
  /** What the stream says until its connection is lost, or `count` of it; closes the source then. */
  read(source: EventSource, types?: readonly string[], count?: number): Promise<Seen[]>;
}

interface Job {
  readonly client: ClientName;
  /** The text of a function of the tools and an argument. */
  readonly code: string;
  readonly arg: unknown;
}

interface Result {
  readonly value?: unknown;
  readonly error?: string;
}

/** How the tests reach into a page. */
export interface PageTools {
  readonly clients: Record<ClientName, typeof EventSource>;
  run(realm: RealmName, job: Job): Promise<unknown>;
  /** Closes every source that was made in a realm. */
  closeAll(realm: RealmName): Promise<void>;
}

const clients = { EventSource: globalThis.EventSource, SSEClient: SSEClient as unknown as typeof EventSource };
const sources: EventSource[] = [];

function tracked(source: typeof EventSource): typeof EventSource {
  return new Proxy(source, {
    construct(target, args, newTarget) {
      const made = Reflect.construct(target, args, newTarget);
      sources.push(made);
      return made;
    },
  });
}

const next: Tools["next"] = (source, type) =>
  new Promise((resolve) => source.addEventListener(type, resolve, { once: true }));

const read: Tools["read"] = (source, types = ["message"], count = Number.POSITIVE_INFINITY) =>
  new Promise((resolve) => {
    const seen: Seen[] = [];
    const finish = () => {
      source.close();
      resolve(seen);
    };
    for (const type of types) {
      source.addEventListener(type, ({ data, lastEventId }) => {
        seen.push([type, data, lastEventId]);
        if (seen.length === count) finish();
      });
    }
    source.addEventListener("error", () => {
      if (source.readyState !== 1) finish();
      else seen.push(["(error while open)", null, ""]);
    });
  });

async function runHere({ client, code, arg }: Job): Promise<unknown> {
  const tools: Tools = { Source: tracked(clients[client]), Native: tracked(clients.EventSource), sources, next, read };
  return new Function(`return ${code}`)()(tools, arg);
}

function closeHere(): void {
  for (const source of sources.splice(0)) source.close();
}

/** Takes jobs from a page. A job of null closes everything. */
function serve(port: MessagePort | typeof globalThis): void {
  port.onmessage = async ({ data: job }: MessageEvent<Job | null>) => {
    const result: Promise<Result> = job
      ? runHere(job).then(
          (value) => ({ value }),
          (error) => ({ error: String(error) }),
        )
      : Promise.resolve({ value: closeHere() });
    (port as MessagePort).postMessage(await result);
  };
}

const ports = new Map<RealmName, MessagePort | Worker>();

function portOf(realm: RealmName): MessagePort | Worker {
  let port = ports.get(realm);
  port ??= realm === "dedicated worker" ? new Worker("/tools.js") : new SharedWorker("/tools.js").port;
  ports.set(realm, port);
  return port;
}

/** One job at a time. */
async function runThere(realm: RealmName, job: Job | null): Promise<unknown> {
  const port = portOf(realm);
  const { value, error } = await new Promise<Result>((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
    port.postMessage(job);
  });
  if (error) throw new Error(error);
  return value;
}

if ("SharedWorkerGlobalScope" in globalThis) {
  globalThis.addEventListener("connect", (event) => {
    const [port] = (event as MessageEvent).ports;
    if (port) serve(port);
  });
} else if ("WorkerGlobalScope" in globalThis) {
  serve(globalThis);
} else {
  const pageTools: PageTools = {
    clients,
    run: (realm, job) => (realm === "window" ? runHere(job) : runThere(realm, job)),
    closeAll: async (realm) => void (realm === "window" ? closeHere() : await runThere(realm, null)),
  };
  Object.assign(globalThis, { pageTools });
}
