import { AsyncResource } from "node:async_hooks";
import type { AuthorizeContext } from "../access/authorize.js";
import { askLate, type KeptContext, keepContext, releaseContext } from "../access/late-authorizer.js";
import { type Permission, remainingMs } from "../access/permission.js";
import { environment } from "../lifecycle/environment.js";
import type { CloseReason } from "../observe/close-reason.js";

/** What is kept of how a stream's client was let in. */
export interface StreamAccess {
  /** Some hub has an authorizer now. */
  onAuthorizer(): void;
  /** The stream has ended. */
  release(): void;
}

/** The stream, as far as who may read it goes. */
export interface AccessedStream {
  readonly connection: number;
  readonly hasEnded: boolean;
  abandon(reason: CloseReason): void;
}

/** The client of an open stream was let in anew, for this, from now on. */
export function renew(hubName: string, { connection, hasEnded }: AccessedStream, permission: Permission): void {
  if (hasEnded) return;
  const { expiresAt, facts } = permission;
  const hub = environment().hub(hubName);
  if (expiresAt !== undefined) hub.expire(connection, remainingMs(expiresAt));
  if (facts !== undefined) hub.setFacts(connection, facts);
  environment().schedule();
}

/**
 * Of a stream that was opened without an authorizer: if one is set later, it is asked then, in the stream's own asynchronous context, by which libraries of sessions know whose
 * request it was.
 */
export class UnaskedAccess implements StreamAccess {
  readonly #hubName: string;
  readonly #stream: AccessedStream;
  #context: KeptContext | undefined;
  #scope: AsyncResource | undefined;

  constructor(hubName: string, stream: AccessedStream, context: AuthorizeContext) {
    this.#hubName = hubName;
    this.#stream = stream;
    this.#context = keepContext(context);
    if (this.#context !== "unknown") this.#scope = new AsyncResource("millrace.authorize");
  }

  onAuthorizer(): void {
    if (this.#context === undefined || !environment().hub(this.#hubName).hasAuthorizer()) return;
    const [context, scope] = [this.#context, this.#scope];
    this.release();
    const refuse = () => this.#stream.abandon("refused");
    const ask = () => askLate(this.#hubName, context, refuse, (permission) => this.#letIn(permission));
    if (scope === undefined) ask();
    else scope.runInAsyncScope(ask);
  }

  /** It counts for the user from now on; one that counted for another is not the user's. */
  #letIn(permission: Permission): void {
    const { connection } = this.#stream;
    const { userId } = permission;
    const hub = environment().hub(this.#hubName);
    const before = hub.userOf(connection) ?? "";
    if (before !== "" && before !== (userId ?? "")) {
      this.#stream.abandon("refused");
      return;
    }
    if (userId !== undefined && before === "") hub.assignUser(connection, userId);
    renew(this.#hubName, this.#stream, permission);
  }

  release(): void {
    this.#context = releaseContext(this.#context);
    this.#scope = undefined;
  }
}
