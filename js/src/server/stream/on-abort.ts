/** Calls it once when the signal aborts; gives what takes that back. */
export function onAbort(signal: AbortSignal, tell: () => void): () => void {
  signal.addEventListener("abort", tell, { once: true });
  return () => signal.removeEventListener("abort", tell);
}
