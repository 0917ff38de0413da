import { isRecord } from "./is-record.js";

/**
 * Applies JSON Merge Patches (RFC 7396) to a state of which views are shown: what a patch changes is copied once before the next view, and what it does not
 * touch stays the same object.
 */
export class PatchedState<State extends object> {
  #state: State;
  /** Copied since the last view. */
  #fresh = new WeakSet<object>();

  constructor(state: State) {
    this.#state = state;
  }

  patch(patch: object): void {
    this.#state = this.#owned(this.#state);
    this.#merge(this.#state as Record<string, unknown>, patch);
  }

  /** The same object until the next patch that comes. */
  view(): State {
    this.#fresh = new WeakSet();
    return this.#state;
  }

  #merge(target: Record<string, unknown>, patch: object): void {
    for (const [name, value] of Object.entries(patch)) {
      if (value === null) delete target[name];
      else if (!isRecord(value)) put(target, name, value);
      else {
        const before = Object.hasOwn(target, name) ? target[name] : undefined;
        const member = this.#owned(isRecord(before) ? before : {});
        put(target, name, member);
        this.#merge(member, value);
      }
    }
  }

  #owned<Value extends object>(value: Value): Value {
    if (this.#fresh.has(value)) return value;
    const copy = { ...value };
    this.#fresh.add(copy);
    return copy;
  }
}

/** A name such as "__proto__" is one like any other. */
function put(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
