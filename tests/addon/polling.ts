import type { Hub, PollBody, ResponseOptions } from "../../js/src/server/index.js";
import { attaching } from "./listening.js";

export type Way = "response" | "attach";

export interface Asked {
  readonly cursor?: string | undefined;
  readonly accept?: string;
  readonly method?: string;
  readonly path?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Response["body"];
  readonly json: () => Promise<PollBody>;
  readonly text: () => Promise<string>;
  /** Reads no further. */
  readonly leave: () => Promise<void>;
}

/** A client of one route. */
export interface Poller {
  /** By default a poll. */
  ask(asked?: Asked): Promise<Answer>;
  /** A poll that is answered with events. */
  poll(cursor?: string): Promise<PollBody>;
  close(): Promise<void>;
}

/** A promise that somebody else resolves. */
export function resolvable<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** Clients put the UTF-8 bytes of an id in their header, one char a byte. */
const asHeader = (id: string) => Buffer.from(id, "utf8").toString("latin1");

/** A client of a route, which is either answered with a Response or over HTTP. */
export async function asking(hub: Hub, way: Way, options: ResponseOptions): Promise<Poller> {
  const server = way === "attach" ? await attaching(hub, options) : undefined;
  const ask = async ({ cursor, accept = "application/json", method = "GET", path = "/" }: Asked = {}) => {
    const headers = { Accept: accept, ...(cursor !== undefined && { "Last-Event-ID": asHeader(cursor) }) };
    const request = new Request(`http://127.0.0.1:${server?.port ?? 80}${path}`, { method, headers });
    const response = await (server === undefined ? hub.response(request, options) : fetch(request));
    return {
      status: response.status,
      headers: response.headers,
      body: response.body,
      json: () => response.json(),
      text: () => response.text(),
      leave: async () => response.body?.cancel(),
    };
  };
  const poll = async (cursor?: string) => {
    const { status, json } = await ask({ cursor });
    if (status !== 200) throw new Error(`A poll was answered ${status}`);
    return json();
  };
  return { ask, poll, close: async () => server?.close() };
}
