import { useEffect, useState } from "react";

const TICK_MS = 100;

/** Goes on from what the server said last, while it is running. */
export function useElapsed(saidMs: number, isRunning: boolean): number {
  const [passedMs, setPassedMs] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another word of the server's starts the count anew.
  useEffect(() => {
    const saidAt = performance.now();
    setPassedMs(0);
    if (!isRunning) return;
    const timer = setInterval(() => setPassedMs(performance.now() - saidAt), TICK_MS);
    return () => clearInterval(timer);
  }, [saidMs, isRunning]);
  return saidMs + passedMs;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
