import type { IncomingMessage } from "node:http";
import { clearTimeout, setTimeout } from "node:timers";
import { readEventStream, reportHubError } from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import { parseJson } from "../../shared/parse-json.js";
import { askUpstream } from "./ask-upstream.js";
import type { CheckedProxyOptions } from "./options.js";
import { refusalOfUpstream } from "./upstream-refusal.js";

/** So long an upstream is read on that nobody reads any more: a client that reloads its page comes back. */
const GRACE_MS = 5000;
/** Between two attempts: doubled each time that one fails, and spread. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** One upstream stream, which goes into a channel as long as somebody reads that. */
class Ingestion {
  readonly #options: CheckedProxyOptions;
  readonly #target: URL;
  readonly #channel: string;
  readonly #stopped: () => void;
  readonly #controller = new AbortController();
  readonly #forget: () => void;
  /** The upstream's answer, until somebody reads the channel. */
  #first: IncomingMessage | undefined;
  #lastEventId = "";
  #failures = 0;
  /** Clients that are about to read the channel: they have yet to be let in. */
  #coming = 0;
  /** The upstream has no more. */
  #hasEnded = false;
  #grace: NodeJS.Timeout | undefined;

  constructor(options: CheckedProxyOptions, target: URL, channel: string, stopped: () => void) {
    this.#options = options;
    this.#target = target;
    this.#channel = channel;
    this.#stopped = stopped;
    this.#forget = options.hub.on("close", () => this.#stopIfUnread());
  }

  /** Resolves when the upstream has answered with a stream, or with its refusal, for the client. */
  async begin(): Promise<Response | undefined> {
    try {
      const answer = await this.#ask();
      const refusal = (await refusalOfUpstream(answer)) ?? noStream(answer);
      if (refusal !== undefined) {
        this.#stop();
        return refusal;
      }
      this.#first = answer;
      return undefined;
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  /** Somebody is about to read the channel, and says by {@link read} that he does, or does not. */
  wanted(): void {
    this.#coming++;
    clearTimeout(this.#grace);
    this.#grace = undefined;
  }

  /** Who was about to reads the channel now, or was refused: its events may come. */
  read(): void {
    this.#coming--;
    const first = this.#first;
    if (first !== undefined && this.#options.hub.connectionCount(this.#channel) > 0) {
      this.#first = undefined;
      void this.#run(first);
    }
    if (this.#hasEnded)
      this.#tellEnd(); // meanwhile
    else this.#stopIfUnread();
  }

  #ask(): Promise<IncomingMessage> {
    const { headers = {}, connectTimeoutMs, headTimeoutMs, silenceTimeoutMs } = this.#options;
    return askUpstream({
      target: this.#target,
      method: "GET",
      headers: {
        accept: "text/event-stream",
        "accept-encoding": "identity",
        ...(this.#lastEventId !== "" && { "last-event-id": this.#lastEventId }),
        ...headers,
      },
      body: undefined,
      signal: this.#controller.signal,
      times: { connectMs: connectTimeoutMs, headMs: headTimeoutMs, silenceMs: silenceTimeoutMs },
    });
  }

  /** Reads the answer, and asks again and again. Never rejects. */
  async #run(first: IncomingMessage): Promise<void> {
    let answer: IncomingMessage | undefined = first;
    while (!this.#controller.signal.aborted) {
      if (answer !== undefined) await this.#read(answer);
      answer = undefined;
      if (!(await this.#wait())) break;
      try {
        const next = await this.#ask();
        if (next.statusCode === 204) break; // there is no more to come (WHATWG HTML 9.2.3)
        const refusal = (await refusalOfUpstream(next)) ?? noStream(next);
        if (refusal === undefined) answer = next;
        else if (refusal.status < 500 && refusal.status !== 429) break;
        else this.#failures++;
      } catch {
        this.#failures++;
      }
    }
    this.#end();
  }

  async #read(answer: IncomingMessage): Promise<void> {
    const { hub } = this.#options;
    this.#failures++; // unless it brings something
    try {
      for await (const { type, data, id } of readEventStream(answer)) {
        this.#failures = 0;
        if (id !== "" && /^[\x20-\x7e]{1,1024}$/.test(id)) this.#lastEventId = id;
        try {
          const json = parseJson(data);
          hub.publish(
            this.#channel,
            json === undefined ? { event: type, data, raw: true } : { event: type, data: json },
          );
        } catch (error) {
          reportHubError(hub, error, [this.#channel]); // one that the hub does not take is told, and the others come
        }
      }
    } catch {
      // It has broken off: it is asked again.
    }
  }

  /** Whether to try once more, some time later. */
  #wait(): Promise<boolean> {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures, 10));
    const { signal } = this.#controller;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve(!signal.aborted);
      };
      const timer = setTimeout(done, longest * (0.5 + Math.random() / 2)).unref();
      signal.addEventListener("abort", done);
    });
  }

  #stopIfUnread(): void {
    const isWanted = this.#coming > 0 || this.#options.hub.connectionCount(this.#channel) > 0;
    if (this.#grace !== undefined || isWanted) return;
    this.#grace = setTimeout(() => {
      this.#grace = undefined;
      if (this.#coming === 0 && this.#options.hub.connectionCount(this.#channel) === 0) this.#stop();
    }, GRACE_MS);
    this.#grace.unref();
  }

  /** The upstream has no more: those who read it are told so. */
  #end(): void {
    const wasStopped = this.#controller.signal.aborted;
    this.#stop();
    if (wasStopped) return;
    this.#hasEnded = true;
    this.#tellEnd();
  }

  #tellEnd(): void {
    this.#options.hub.disconnect({ channel: this.#channel }, { reason: "The upstream has ended" });
  }

  #stop(): void {
    clearTimeout(this.#grace);
    this.#forget();
    this.#controller.abort();
    this.#stopped();
  }
}

/** Of a poll's answer, or none: there is no stream to read. */
function noStream(answer: IncomingMessage): Response | undefined {
  const isStream = /^text\/event-stream\b/i.test(answer.headers["content-type"] ?? "");
  if (answer.statusCode === 200 && isStream) return undefined;
  answer.destroy();
  return answer.statusCode === 204 ? new Response(null, { status: 204 }) : new Response(null, { status: 502 });
}

/** The upstream streams of a hub, by their channels. */
class Ingestions {
  readonly #all = new Map<string, { readonly one: Ingestion; readonly begun: Promise<Response | undefined> }>();

  /**
   * Asks the upstream, if nobody does yet. Its events come into the channel once `read` was called.
   *
   * @returns what begins to read; or the upstream's refusal.
   * @throws SSEError `SERVER_FULL`; UpstreamFailure
   */
  async ensure(options: CheckedProxyOptions, target: URL, channel: string): Promise<Ingestion | Response> {
    let known = this.#all.get(channel);
    if (known === undefined) {
      if (this.#all.size >= options.maxUpstreams) {
        throw new SSEError("SERVER_FULL", "The proxy reads as many upstream streams as maxUpstreams allows");
      }
      const one = new Ingestion(options, target, channel, () => {
        if (this.#all.get(channel)?.one === one) this.#all.delete(channel);
      });
      known = { one, begun: one.begin() };
      this.#all.set(channel, known);
    }
    known.one.wanted();
    return (await known.begun)?.clone() ?? known.one;
  }
}

/** Of one hub. */
interface OfHub {
  readonly all: Ingestions;
  /** What is said to which upstreams, by the proxies that there are. */
  readonly said: Map<string, string>;
}

const KEY = Symbol.for("millrace.ingestions.1");

/** This thread's: bundlers may evaluate a proxy's module several times, and an upstream is read once all the same. */
function ofHub(name: string): OfHub {
  const store = globalThis as { [KEY]?: Map<string, OfHub> };
  store[KEY] ??= new Map();
  const known = store[KEY].get(name) ?? { all: new Ingestions(), said: new Map() };
  store[KEY].set(name, known);
  return known;
}

/**
 * Reads upstreams for a proxy. What it brings is in channels that all readers of the hub share: so two proxies of one hub read the same upstream with the same headers.
 *
 * @throws SSEError `CONFLICTING_OPTIONS` where they do not; in development, where modules are evaluated anew, the newest counts.
 */
export function ingestionsOf(options: CheckedProxyOptions): {
  ensure(target: URL, channel: string): Promise<Ingestion | Response>;
} {
  const { name } = options.hub;
  if (options.ingest) {
    const { said } = ofHub(name);
    const headers = JSON.stringify(Object.entries(options.headers ?? {}).sort());
    for (const { href } of options.upstreams) {
      for (const [other, before] of said) {
        const isSame = before === headers || !(href.startsWith(other) || other.startsWith(href));
        if (isSame || process.env.NODE_ENV !== "production") continue;
        const what = `Another proxy of the hub "${name}" reads ${other} with other headers: give one of them a hub of its own`;
        throw new SSEError("CONFLICTING_OPTIONS", what);
      }
      said.set(href, headers);
    }
  }
  return { ensure: (target, channel) => ofHub(name).all.ensure(options, target, channel) };
}
