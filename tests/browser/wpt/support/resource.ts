import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";

/** One request for a resource, and what answers it. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Which request for the resource it is, from 1. A preflight counts, too. */
  readonly nth: number;
}

export type Answer = (exchange: Exchange) => void | Promise<void>;

/** What was asked of a resource. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A path of the server's that one case has for itself, and what came in on it, in order. */
export class Resource {
  readonly asked: Asked[] = [];
  readonly #answer: Answer;
  readonly #origins: Origins;
  readonly #path: string;
  readonly #answers: ServerResponse[] = [];
  #onChange: (() => void)[] = [];

  constructor(origins: Origins, path: string, answer: Answer) {
    this.#origins = origins;
    this.#path = path;
    this.#answer = answer;
  }

  /** Its address on the origin of the page. */
  get url(): string {
    return this.#origins.own + this.#path;
  }

  /** The same resource on an origin of another site. */
  get otherHostUrl(): string {
    return this.#origins.otherHost + this.#path;
  }

  /** The same resource on another origin of the same site, which has the same cookies. */
  get otherPortUrl(): string {
    return this.#origins.otherPort + this.#path;
  }

  async take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = req;
    const nth = this.asked.push({ method, url, headers });
    this.#answers.push(res);
    res.on("close", () => this.#changed());
    this.#changed();
    await this.#answer({ req, res, nth });
  }

  /** Resolves when so many requests have come, with the last of them. */
  async request(nth: number): Promise<Asked> {
    for (;;) {
      const asked = this.asked[nth - 1];
      if (asked) return asked;
      await this.#change();
    }
  }

  /** Resolves when the answer to a request has ended, or its connection has. */
  async closed(nth: number): Promise<void> {
    while (!this.#answers[nth - 1]?.closed) await this.#change();
  }

  /** Resets the connection of a request. */
  cut(nth: number): void {
    this.#answers[nth - 1]?.socket?.resetAndDestroy();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#onChange.push(resolve));
  }

  #changed(): void {
    const waiting = this.#onChange;
    this.#onChange = [];
    for (const resume of waiting) resume();
  }
}

/** The names of the server. */
export interface Origins {
  /** Where the pages come from. */
  readonly own: string;
  readonly otherHost: string;
  readonly otherPort: string;
}
