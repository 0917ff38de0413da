/** A TCP port of 127.0.0.1 that is free at present. */
export function freePort(): Promise<number>;
