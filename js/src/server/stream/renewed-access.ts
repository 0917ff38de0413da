import { AsyncResource } from "node:async_hooks";
import { isRefusal } from "../../shared/refusals.js";
import type { Authorize, AuthorizeContext } from "../access/authorize.js";
import { both, permit } from "../access/permit.js";
import { requestHeaders } from "../access/request-headers.js";
import type { RequestLike } from "../access/request-like.js";
import { environment } from "../lifecycle/environment.js";
import { reportFailure } from "../observe/user-code-error.js";
import { dueQueue } from "./due-queue.js";
import type { StreamOptions } from "./options.js";
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
  /** What the route says of it, which holds besides. */
  readonly letIn: Pick<StreamOptions, "expiresAt" | "facts">;
}

/** The members of a kept request. */
type KeptRequest = [
  url: string,
  method: string,
  headers: readonly (readonly [string, string])[],
  channels: readonly string[],
  userId: string | null,
];

/** Of a stream whose client is asked for anew, now and then. Its request is kept as one text. */
export class RenewedAccess implements StreamAccess {
  readonly #hubName: string;
  readonly #stream: AccessedStream;
  readonly #request: string;
  readonly #renewal: Renewal;
  readonly #scope = new AsyncResource("millrace.authorize");

  constructor(hubName: string, stream: AccessedStream, context: AuthorizeContext, renewal: Renewal) {
    this.#hubName = hubName;
    this.#stream = stream;
    this.#renewal = renewal;
    const { request, channels, userId } = context;
    const headers = [...requestHeaders(request)];
    const kept: KeptRequest = [...([request.url, request.method ?? "GET", headers, channels] as const), userId ?? null];
    this.#request = JSON.stringify(kept);
    dueQueue(renewal.everyMs).add(this);
  }

  onAuthorizer(): void {
    if (!this.#renewal.wasAsked && environment().hub(this.#hubName).hasAuthorizer()) void this.run();
  }

  release(): void {
    dueQueue(this.#renewal.everyMs).remove(this);
  }

  /** Asks, in the stream's own asynchronous context, by which libraries of sessions know whose request it was; says whether to come again. Never rejects. */
  run(): Promise<boolean> {
    return this.#scope.runInAsyncScope(() => this.#ask());
  }

  async #ask(): Promise<boolean> {
    const { authorize, userId, letIn } = this.#renewal;
    const context = this.#context();
    let isLetIn = false;
    try {
      const permission = await permit(this.#hubName, context, authorize);
      isLetIn = (permission === undefined ? context.userId : permission.userId) === userId;
      if (isLetIn && permission !== undefined) {
        const expiresAt = letIn.expiresAt === undefined ? undefined : Number(letIn.expiresAt);
        renew(this.#hubName, this.#stream, both(permission, { expiresAt, facts: letIn.facts }));
      }
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

  /** With the channels that the client has chosen by now. */
  #context(): AuthorizeContext {
    const [url, method, headers, ofRoute, userId] = JSON.parse(this.#request) as KeptRequest;
    const request: RequestLike = { url, method, headers: new Headers(headers as [string, string][]) };
    const chosen = environment().hub(this.#hubName).chosenBy(this.#stream.connection);
    const isChosenByClient = chosen.length > 0;
    return { request, channels: [...ofRoute, ...chosen], userId: userId ?? undefined, isChosenByClient };
  }
}
