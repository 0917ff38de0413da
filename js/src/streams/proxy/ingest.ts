import type { IncomingMessage } from "node:http";
import { clearTimeout, setTimeout } from "node:timers";
import { readEventStream, reportHubError } from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import { parseJson } from "../../shared/parse-json.js";
import { askUpstream, UpstreamFailure } from "./ask-upstream.js";
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
  #lastEventId = "";
  #failures = 0;
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
      this.#stopIfUnread(); // whoever asked for it may have gone
      void this.#run(answer);
      return undefined;
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  /** Somebody is about to read it. */
  wanted(): void {
    clearTimeout(this.#grace);
    this.#grace = undefined;
    this.#stopIfUnread();
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
    } catch (error) {
      if (!(error instanceof UpstreamFailure) && !this.#controller.signal.aborted) this.#failures++;
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
    if (this.#grace !== undefined || this.#options.hub.connectionCount(this.#channel) > 0) return;
    this.#grace = setTimeout(() => {
      this.#grace = undefined;
      if (this.#options.hub.connectionCount(this.#channel) === 0) this.#stop();
    }, GRACE_MS);
    this.#grace.unref();
  }

  /** The upstream has no more: those who read it are told so. */
  #end(): void {
    const wasStopped = this.#controller.signal.aborted;
    this.#stop();
    if (!wasStopped) this.#options.hub.disconnect({ channel: this.#channel }, { reason: "The upstream has ended" });
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

/** The upstream streams that a proxy reads, by their addresses. */
export class Ingestions {
  readonly #options: CheckedProxyOptions;
  readonly #all = new Map<string, { readonly one: Ingestion; readonly begun: Promise<Response | undefined> }>();

  constructor(options: CheckedProxyOptions) {
    this.#options = options;
  }

  /**
   * Has the upstream's stream go into the channel, if it does not yet. Resolves when it does; or with the upstream's refusal.
   *
   * @throws SSEError `SERVER_FULL`; UpstreamFailure
   */
  async ensure(target: URL, channel: string): Promise<Response | undefined> {
    const known = this.#all.get(channel);
    if (known !== undefined) {
      known.one.wanted();
      return (await known.begun)?.clone();
    }
    if (this.#all.size >= this.#options.maxUpstreams) {
      throw new SSEError("SERVER_FULL", "The proxy reads as many upstream streams as maxUpstreams allows");
    }
    const one = new Ingestion(this.#options, target, channel, () => {
      if (this.#all.get(channel)?.one === one) this.#all.delete(channel);
    });
    const begun = one.begin();
    this.#all.set(channel, { one, begun });
    begun.catch(() => {});
    return (await begun)?.clone();
  }
}
