/** What there is in a hub. */
export interface NativeStats {
  /** Open connections, whether they read a channel or not. */
  readonly connections: number;
  /** `limits.connections`. */
  readonly connectionsLimit: number;
  readonly channels: number;
  /** Accepted, and not yet offered to every connection. */
  readonly inboxBytes: number;
  readonly isDraining: boolean;
  /** Connections whose socket the core writes to now; the bytes of the others go through Node. */
  readonly takenOver: number;
  readonly heldEvents: number; // that wait because of their channels' policies
}
