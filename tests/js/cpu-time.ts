/**
 * The CPU time in milliseconds that `work` takes, in this process. Unlike the time that passes it is about the same on a busy
 * machine, so it tells linear work from quadratic work everywhere.
 */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
