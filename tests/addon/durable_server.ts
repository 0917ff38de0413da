import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { javascriptCore } from "../../js/src/core/javascript/index.js";
import { type Child, start } from "./child.js";

/** A folder for stores, which goes with the test. */
export class StoreFolder {
  readonly path = mkdtempSync(join(tmpdir(), "millrace-store-"));

  file(name = "events.db"): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What a stream of a durable hub has said. */
export interface StreamSaid {
  readonly verdict: string | undefined;
  readonly data: readonly unknown[];
  readonly ids: readonly string[];
  readonly lastEventId: string;
}

/** A process of its own with a durable hub behind an HTTP server. */
export class DurableServer {
  readonly child: Child;
  readonly #url: string;

  private constructor(child: Child, url: string) {
    this.child = child;
    this.#url = url;
  }

  /**
   * @param history - the option of `createHub`; `policies` too, where there are some.
   * @param setUp - code of the process: `routes["/path"] = async (query, req, res) => …`, and `globalThis` for what `run` uses.
   * @param before - code before the hub is made. @param options - more of its options, as code.
   */
  static async start(
    history: object,
    more: object = {},
    setUp = "",
    before = "",
    options = "",
  ): Promise<DurableServer> {
    const child = start(`
      import * as millrace from "millrace";
      import http from "node:http";
      const { createHub } = millrace;
      ${before}
      const hub = createHub({ history: ${JSON.stringify(history)}, ...${JSON.stringify(more)}, ${options} });
      const answer = (res, body) => res.setHeader("Content-Type", "application/json").end(JSON.stringify(body));
      const routes = {
        async "/publish"(query, req, res) {
          const receipts = [];
          for (let at = 0; at < Number(query.get("count")); ++at) {
            receipts.push(hub.publish(query.get("channel"), { event: "e", data: Number(query.get("from")) + at }));
          }
          if (query.has("stored")) await Promise.all(receipts.map((one) => one.stored));
          answer(res, receipts.map(({ id }) => id));
        },
        async "/stream"(query, req, res) {
          await hub.attach(req, res, { channels: query.getAll("channel"), from: query.has("last") ? { last: Number(query.get("last")) } : (query.get("from") ?? "now") });
        },
        async "/forget"(query, req, res) {
          await hub.forget(query.get("channel"));
          answer(res, "forgotten");
        },
        async "/run"(query, req, res) {
          const text = [];
          for await (const piece of req) text.push(piece);
          const act = new Function("hub", "millrace", \`return (async () => { \${Buffer.concat(text)} })()\`);
          answer(res, (await act(hub, millrace)) ?? null);
        },
        async "/exit"(query, req, res) {
          res.end(() => process.exit());
        },
        async "/close"(query, req, res) {
          await hub.closeChannel(query.get("channel"));
          answer(res, "closed");
        },
      };
      ${setUp}
      const server = http.createServer((req, res) => {
        const { pathname, searchParams } = new URL(req.url, "http://x");
        routes[pathname](searchParams, req, res).catch((error) => {
          if (!res.headersSent) res.writeHead(500).end(JSON.stringify({ code: error.code, message: error.message }));
        });
      });
      server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
    `);
    return new DurableServer(child, `http://127.0.0.1:${await child.line("port ")}`);
  }

  async publish(channel: string, from: number, count: number, stored = true): Promise<string[]> {
    const url = `${this.#url}/publish?channel=${channel}&from=${from}&count=${count}${stored ? "&stored" : ""}`;
    const response = await fetch(url, { method: "POST" });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as string[];
  }

  async forget(channel: string): Promise<void> {
    await this.#do(`forget?channel=${channel}`);
  }

  async close(channel: string): Promise<void> {
    await this.#do(`close?channel=${channel}`);
  }

  /** Runs code in the process, with `hub` and `millrace`; gives what it returns, as JSON has it. */
  async run(code: string): Promise<unknown> {
    const response = await fetch(`${this.#url}/run`, { method: "POST", body: code });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  /** What a route of its own answers. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.#url}${path}`, init);
  }

  async #do(what: string): Promise<void> {
    const response = await fetch(`${this.#url}/${what}`);
    if (!response.ok) throw new Error(await response.text());
  }

  /** The status of the answer to who comes with this cursor, and all that the stream says until it ends. */
  async readToEnd(channel: string, lastEventId: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.#url}/stream?channel=${channel}`, {
      headers: { "Last-Event-ID": lastEventId },
    });
    return { status: response.status, text: await response.text() };
  }

  /** Reads until the events have this data as their last, or until so many events came. */
  async read(
    channels: readonly string[],
    until: (data: readonly unknown[]) => boolean,
    { lastEventId, begin = "" }: { lastEventId?: string; begin?: string } = {},
  ): Promise<StreamSaid> {
    const query = channels.map((channel) => `channel=${channel}`).join("&");
    const abort = new AbortController();
    const response = await fetch(`${this.#url}/stream?${query}${begin}`, {
      headers: { Accept: "text/event-stream", ...(lastEventId !== undefined && { "Last-Event-ID": lastEventId }) },
      signal: abort.signal,
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const receiver = javascriptCore.createReceiver({ dedup: 0 });
    const data: unknown[] = [];
    const ids: string[] = [];
    let verdict: string | undefined;
    const decoder = response.body?.getReader();
    while (!until(data)) {
      const { value, done } = (await decoder?.read()) ?? { done: true, value: undefined };
      if (done || value === undefined) throw new Error(`The stream ended after ${data.length} events`);
      for (const item of receiver.feed(value)) {
        if (item.kind !== "event") continue;
        if (item.type === "millrace.resume") verdict = (JSON.parse(item.data) as { verdict: string }).verdict;
        if (item.type !== "e") continue;
        data.push(JSON.parse(item.data));
        ids.push(item.lastEventId);
      }
    }
    const said = { verdict, data, ids, lastEventId: receiver.lastEventId };
    abort.abort();
    return said;
  }

  /** The process ends by itself: all that waits is written. */
  async exit(): Promise<void> {
    await this.#do("exit");
    await this.child.ended;
  }

  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.child.kill(signal);
    await this.child.ended;
  }
}

/** The numbers from one to another, without that. */
export function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
