import type { TabPlatform } from "./tab-host.js";

/** What happens to a request for the lock. */
export interface LeaderLockListener {
  /** The lock is here. */
  acquired(): void;
  /** Another tab has taken it away. */
  stolen(): void;
  /** There are locks, and the browser refuses them here. */
  refused(): void;
}

/** A Web Lock that one tab has at a time, and the others wait for: the tab that has it is the leader. */
export class LeaderLock {
  readonly #locks: TabPlatform["locks"];
  readonly #name: string;
  readonly #listener: LeaderLockListener;
  /** Ends the request for the lock, or its possession. */
  #release: (() => void) | undefined;

  constructor(locks: TabPlatform["locks"], name: string, listener: LeaderLockListener) {
    this.#locks = locks;
    this.#name = name;
    this.#listener = listener;
  }

  /** It is waited for, or here. */
  get isRequested(): boolean {
    return this.#release !== undefined;
  }

  /** Waits for the lock, or takes it away from whoever has it. */
  request(steal = false): void {
    this.release();
    const aborter = new AbortController();
    let letGo: (() => void) | undefined;
    const release = () => {
      if (this.#release === release) this.#release = undefined;
      aborter.abort();
      letGo?.();
    };
    this.#release = release;
    const hold = () =>
      new Promise<void>((resolve) => {
        if (aborter.signal.aborted) return resolve();
        letGo = resolve;
        this.#listener.acquired();
      });
    // Only a request that waits can be aborted.
    const options: LockOptions = steal ? { steal } : { signal: aborter.signal };
    Promise.resolve()
      .then(() => this.#locks.request(this.#name, options, hold))
      .catch((cause: unknown) => {
        if (aborter.signal.aborted) return;
        this.#release = undefined;
        if (letGo) this.#listener.stolen();
        // Stolen before this page could run.
        else if (Object(cause).name === "AbortError") this.request();
        else this.#listener.refused();
      });
  }

  /** Neither waits for it any more nor has it. */
  release(): void {
    this.#release?.();
  }
}
