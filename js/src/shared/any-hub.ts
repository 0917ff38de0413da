/** A hub, whatever its events are. */
export interface AnyHub {
  readonly name: string;
  readonly publish: (...args: never[]) => unknown;
  readonly subscribe: (...args: never[]) => unknown;
  readonly document: (...args: never[]) => unknown;
}
