import type { IncomingMessage } from "node:http";
import { isRecord } from "../../shared/is-record.js";
import { parseJson } from "../../shared/parse-json.js";
import { headerOf } from "./ask-upstream.js";
import { typeOf } from "./proxy-headers.js";

const LONGEST_PROBLEM = 64 * 1024;
const PROBLEM = "application/problem+json";

/** A refusal as RFC 9457 has it. */
export function problemOf(
  status: number,
  code: string,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const body = { type: "about:blank", title: "The upstream has not answered", status, code, detail };
  return Response.json(body, { status, headers: { ...headers, "Content-Type": PROBLEM, "Cache-Control": "no-store" } });
}

/**
 * What the client is told where an upstream gives no stream: its own problem, or its status without its words, which may be about it alone. Undefined: it is a stream, or
 * what a poll gets.
 */
export async function refusalOfUpstream(answer: IncomingMessage): Promise<Response | undefined> {
  const status = answer.statusCode ?? 502;
  const type = typeOf(answer.headers);
  const isGiven = type === "text/event-stream" || type === "application/json";
  const encoding = headerOf(answer.headers, "content-encoding") ?? "identity";
  if (status === 204 || (status === 200 && isGiven && encoding === "identity")) return undefined;
  const retryAfter = headerOf(answer.headers, "retry-after");
  const headers: Record<string, string> = retryAfter === undefined ? {} : { "Retry-After": retryAfter };
  const shown = (status >= 400 && status < 500) || status === 503 ? status : 502;
  if (type === PROBLEM && shown === status) {
    const text = await shortText(answer);
    if (text !== undefined && isRecord(parseJson(text))) {
      return new Response(text, {
        status,
        headers: { ...headers, "Content-Type": PROBLEM, "Cache-Control": "no-store" },
      });
    }
  }
  answer.destroy();
  if ([301, 302, 303, 307, 308].includes(status))
    return problemOf(502, "BAD_RESPONSE", "The upstream redirects, which is not followed");
  if (status === 200 && isGiven)
    return problemOf(502, "BAD_RESPONSE", "The upstream has compressed its answer, which nobody asked for");
  if (status === 200) return problemOf(502, "BAD_RESPONSE", "The upstream has answered with no event stream");
  return problemOf(shown, "BAD_RESPONSE", `The upstream has answered ${status}`, headers);
}

/** Undefined where it is too long, or cut. */
async function shortText(answer: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      bytes += chunk.length;
      if (bytes > LONGEST_PROBLEM) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString("utf8");
}
