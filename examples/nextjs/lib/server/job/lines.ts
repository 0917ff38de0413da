const LONGEST_LINE = 400;

/** A line of a tool's output as a log record. Where the project lies on this machine is nobody's business. */
export function lineOf(text: string, root: string): { level: "info" | "warn" | "error"; message: string } {
  const relative = text.replaceAll(root, ".").trimEnd();
  const message = relative.length > LONGEST_LINE ? `${relative.slice(0, LONGEST_LINE)}…` : relative || "·";
  if (/\*\*\*|\berror:|^FAILED/i.test(text)) return { level: "error", message };
  return { level: /\bwarning:/i.test(text) ? "warn" : "info", message };
}
