import { isRefusal } from "../../shared/refusals.js";
import type { Authorize, AuthorizeContext } from "../access/authorize.js";
import { permit } from "../access/permit.js";
import { requestHeaders } from "../access/request-headers.js";
import type { RequestLike } from "../access/request-like.js";
import { environment } from "../lifecycle/environment.js";
import { reportFailure } from "../observe/user-code-error.js";
import { dueQueue } from "./due-queue.js";
import { type AccessedStream, renew, type StreamAccess } from "./stream-access.js";

/** How often a stream's client is asked for. */
export interface Renewal {
  readonly everyMs: number;
  /** The route's. */
  readonly authorize?: Authorize;
  /** Whom the stream is for: of somebody else it is not. */
  readonly userId: string | undefined;
  /** False: there was nobody to ask. */
  readonly wasAsked: boolean;
}

/** The members of a kept request. */
type KeptRequest = [
  url: string,
  method: string,
  headers: readonly (readonly [string, string])[],
  channels: readonly string[],
  userId: string | null,
  isChosenByClient: boolean,
];

/** Of a stream whose client is asked for anew, now and then. Its request is kept as one text. */
export class RenewedAccess implements StreamAccess {
  readonly #hubName: string;
  readonly #stream: AccessedStream;
  readonly #request: string;
  readonly #renewal: Renewal;

  constructor(hubName: string, stream: AccessedStream, context: AuthorizeContext, renewal: Renewal) {
    this.#hubName = hubName;
    this.#stream = stream;
    this.#renewal = renewal;
    const { request, channels, userId, isChosenByClient } = context;
    const headers = [...requestHeaders(request)];
    const kept: KeptRequest = [
      ...([request.url, request.method ?? "GET", headers, channels] as const),
      ...([userId ?? null, isChosenByClient === true] as const),
    ];
    this.#request = JSON.stringify(kept);
    dueQueue(renewal.everyMs).add(this);
  }

  onAuthorizer(): void {
    if (!this.#renewal.wasAsked && environment().hub(this.#hubName).hasAuthorizer()) void this.run();
  }

  release(): void {
    dueQueue(this.#renewal.everyMs).remove(this);
  }

  /** Asks; says whether to come again. Never rejects. */
  async run(): Promise<boolean> {
    const { authorize, userId } = this.#renewal;
    const context = this.#context();
    let isLetIn = false;
    try {
      const permission = await permit(this.#hubName, context, authorize);
      isLetIn = (permission === undefined ? context.userId : permission.userId) === userId;
      if (isLetIn && permission !== undefined) renew(this.#hubName, this.#stream, permission);
    } catch (error) {
      if (!isRefusal(error)) reportFailure(this.#hubName, error, context.channels, undefined);
    }
    if (this.#stream.hasEnded) return false;
    if (!isLetIn) {
      environment().hub(this.#hubName).expire(this.#stream.connection, 0);
      environment().schedule();
    }
    return isLetIn;
  }

  #context(): AuthorizeContext {
    const [url, method, headers, channels, userId, isChosenByClient] = JSON.parse(this.#request) as KeptRequest;
    const request: RequestLike = { url, method, headers: new Headers(headers as [string, string][]) };
    return { request, channels, userId: userId ?? undefined, isChosenByClient };
  }
}
