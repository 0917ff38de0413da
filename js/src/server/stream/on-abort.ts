/** What each signal belongs to. */
const owners = new WeakMap<AbortSignal, object>();

/**
 * Calls `tell` once when the signal aborts. Returns what takes that back.
 *
 * @param owner - the signal's Request, which is kept until then: the signal of a Request follows the one that the Request was made
 * with only as long as the Request itself lives.
 */
export function onAbort(signal: AbortSignal, owner: object, tell: () => void): () => void {
  owners.set(signal, owner);
  signal.addEventListener("abort", tell, { once: true });
  return () => {
    owners.delete(signal);
    signal.removeEventListener("abort", tell);
  };
}
