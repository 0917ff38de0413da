/** How a log record is meant. */
export const LOG_LEVELS = ["info", "warn", "error", "success"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One record of a room's log, as clients get it. */
export interface LogRecord {
  /** When it left the server: ISO 8601. Of the records of a room, none is before the one ahead of it. */
  readonly timestamp: string;
  readonly agentType: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly userId?: string;
  readonly roomId?: string;
  /** Milliseconds. */
  readonly duration?: number;
  /** What went wrong, sanitised. */
  readonly error?: string;
  /** Similar records have become this one: how many. */
  readonly count?: number;
  /** When the first of them came, and the last. */
  readonly firstAt?: string;
  readonly lastAt?: string;
}

/** What each stream begins with. */
export interface LogConnected {
  readonly roomId: string;
  /** Of this connection; the server's logs name it so. */
  readonly connectionId: string;
  readonly limits: {
    /** Connections of one room. */
    readonly connectionsPerRoom: number | null;
    /** And of all. */
    readonly connections: number | null;
    /** That leave a room; more wait. */
    readonly recordsPerSecond: number | null;
    /** Of a record. */
    readonly recordBytes: number | null;
  };
}

/** What shows that a quiet stream is alive. */
export interface LogHeartbeat {
  /** From 1. */
  readonly count: number;
  readonly uptimeSeconds: number;
}

/** The events of a room's log. */
export interface LogEvents {
  connected: LogConnected;
  log: LogRecord;
  heartbeat: LogHeartbeat;
}
