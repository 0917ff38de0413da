import { SSEError } from "../../shared/errors.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";

/** The largest body of a refusal that is read, in bytes. */
const MOST_PROBLEM_BYTES = 65536;

/** The error of an answer that is not what was asked for, with what the server says of it (RFC 9457). */
export async function refusal(problem: string, response: Response, cause?: unknown): Promise<SSEError> {
  const { status, headers } = response;
  const said = await problemBody(response);
  const title = (said as { title?: unknown } | undefined)?.title;
  const reason = typeof title === "string" ? `: ${title}` : "";
  return new SSEError("BAD_RESPONSE", `The answer is no event stream: it ${problem}${reason}`, {
    status,
    cause,
    retryAfterMs: retryAfterMs(headers.get("Retry-After")),
    ...(said !== undefined && { problem: said }),
  });
}

async function problemBody({ headers, body, bodyUsed }: Response): Promise<unknown> {
  if (bodyUsed || !/^application\/([\w.-]+\+)?json\b/i.test(headers.get("Content-Type") ?? "")) {
    void body?.cancel().catch(() => {});
    return undefined;
  }
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let bytes = 0; reader && bytes <= MOST_PROBLEM_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return JSON.parse(text);
      bytes += value.length;
      text += decoder.decode(value, { stream: true });
    }
    void reader?.cancel().catch(() => {});
  } catch {
    // What it said is lost, and does not matter as much as that it refused.
  }
  return undefined;
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? 1000 * Number(header) : Date.parse(header) - Date.now();
  return ms > 0 ? Math.min(ms, LONGEST_TIMER_MS) : 0;
}

/** What to look at where a browser hides why a request to another origin failed. */
export function blocked(headers: Headers, hasCredentials: boolean, cause: unknown): SSEError {
  const own = [...headers.keys()].filter((name) => name !== "accept");
  const allowed = own.length > 0 ? ` and Access-Control-Allow-Headers that name ${own.join(", ")}` : "";
  const credentials = hasCredentials ? " that names this one (no *), Access-Control-Allow-Credentials: true" : "";
  const message = `The request to another origin failed, and the browser does not say why. Where the server is up, it has to answer with Access-Control-Allow-Origin${credentials}${allowed}`;
  return new SSEError("CONNECTION_FAILED", message, { cause });
}
