/**
 * Who called whom, from the caller of `below` outwards, as V8 has it; what merely waits for the call is left out. Nobody where
 * the process has frozen `Error`.
 */
export function callSites(below: (...args: never[]) => unknown, most: number): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let sites: readonly NodeJS.CallSite[] = [];
  try {
    Error.stackTraceLimit = most;
    Error.prepareStackTrace = (_, all) => {
      sites = all;
      return "";
    };
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, below);
    void holder.stack;
    Error.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    else Error.prepareStackTrace = prepareStackTrace;
  } catch {
    return [];
  }
  return sites.filter((site) => !(site as { isAsync?: () => boolean }).isAsync?.());
}
