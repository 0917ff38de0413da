/** What a tab has of the connection that it shares. */
export type TabStage =
  /** There is no connection here, and none is known elsewhere. */
  | "asking"
  /** Another tab has the connection, and tells what comes. */
  | "following"
  /** This tab has the connection, and the lock. */
  | "leading"
  /** This tab gets what the leader no longer has from the server itself, until it can follow. */
  | "catching up"
  /** The page cannot run. */
  | "away"
  | "left";
