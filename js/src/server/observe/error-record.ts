/** Whether an event's data is the record of an error, as loggers write them. */
export function isErrorRecord(data: unknown): boolean {
  if (typeof data !== "object" || data === null) return false;
  try {
    const { level } = data as { readonly level?: unknown };
    return level === "error" || level === "fatal";
  } catch {
    return false; // the application's getter, which did not throw when the data was written as JSON
  }
}
