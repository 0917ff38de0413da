import type { StoreFailed } from "./native-store.js";
import type { NativeJoin } from "./outcomes.js";

/** What a hub of the addon does about who reads it, beside letting them in. */
export interface NativeAccess {
  /**
   * It reads other channels from now on, from the newest event on: all of those, or, unless it is `joined`, none of them. `isClients`: it is the wish of the client,
   * who leaves no channels but those that it has chosen.
   */
  update(
    connection: number,
    join: readonly string[],
    leave: readonly string[],
    isClients?: boolean,
  ): NativeJoin | StoreFailed;
  /** The connection was let in for so long from now on; undefined: for as long as it lives. */
  expire(connection: number, inMs: number | undefined): void;
  /** And for so long at most. */
  expireBy(connection: number, inMs: number): void;
  /** The channels that its client has chosen. */
  chosenBy(connection: number): string[];
  /** It is this user's from now on, where it is nobody's yet. */
  assignUser(connection: number, userId: string): void;
  /** What is known of it, for {@link disconnect}. */
  setFacts(connection: number, facts: Readonly<Record<string, string>>): void;
  /** Ends the streams that match in all that is given, none where nothing is; how many. The clients are told `reason` beside that they may return. */
  disconnect(
    match: {
      readonly userId?: string | undefined;
      readonly channel?: string | undefined;
      readonly connection?: number | undefined;
      readonly where?: Readonly<Record<string, string>> | undefined;
    },
    mayReturn: boolean,
    reason: string | undefined,
  ): number;
  /** Nobody who is this user joins a channel for so long, in place of what was said before; false: too many are kept out. */
  deny(userId: string, forMs: number): boolean;
  isDenied(userId: string): boolean;
  /** Whom a connection counts for; empty: nobody; `null`: there is none. */
  userOf(connection: number): string | null;
  /** After `tooFast`: the milliseconds until one more connection of the user's may join. */
  opensAgainIn(userId: string): number;
  /** Whether the application wants to be asked who is banned. */
  hasBanList(): boolean;
  /** From now on ids are encrypted with the first of these keys of 16 bytes, and read with all; of none, they are plain. False: it cannot be. */
  sealIds(keys: readonly Uint8Array[]): boolean;
  /** Who has to be asked before anybody reads a channel of this key; empty: nobody. */
  guardOf(key: string): "" | "authorizer" | "policy";
}
