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

/** Of a stream that was opened without an authorizer: if one is set later, it is asked then. */
export class UnaskedAccess implements StreamAccess {
  readonly #hubName: string;
  readonly #stream: AccessedStream;
  #context: KeptContext | undefined;

  constructor(hubName: string, stream: AccessedStream, context: AuthorizeContext) {
    this.#hubName = hubName;
    this.#stream = stream;
    this.#context = keepContext(context);
  }

  onAuthorizer(): void {
    if (this.#context === undefined || !environment().hub(this.#hubName).hasAuthorizer()) return;
    const context = this.#context;
    this.release();
    const refuse = () => this.#stream.abandon("refused");
    askLate(this.#hubName, context, refuse, (permission) => renew(this.#hubName, this.#stream, permission));
  }

  release(): void {
    this.#context = releaseContext(this.#context);
  }
}
