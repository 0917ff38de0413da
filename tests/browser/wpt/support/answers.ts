import type { OutgoingHttpHeaders } from "node:http";
import type { Answer } from "./resource.js";

interface StreamOptions {
  /** Null for none at all. Default `"text/event-stream"`. */
  readonly type?: string | null;
  /** Default 200. */
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  /** Leave the connection open. Default false. */
  readonly open?: boolean;
}

/** Answers with a body as it stands. */
export function stream(body: string | Uint8Array, options: StreamOptions = {}): Answer {
  const { type = "text/event-stream", status = 200, headers = {}, open = false } = options;
  return ({ res }) => {
    res.writeHead(status, {
      ...(type !== null && { "Content-Type": type }),
      "Cache-Control": "max-age=3600",
      ...headers,
    });
    res.flushHeaders();
    if (open) res.write(body);
    else res.end(body);
  };
}

/** An event stream that stays open. */
export const openStream = (body: string | Uint8Array = ":\n", headers: OutgoingHttpHeaders = {}): Answer =>
  stream(body, { open: true, headers });

export function redirect(status: number, location: string, headers: OutgoingHttpHeaders = {}): Answer {
  return ({ res }) => void res.writeHead(status, { Location: location, ...headers }).end();
}

/** One answer for each request; the last of them for all that come after. */
export function inTurn(...answers: [Answer, ...Answer[]]): Answer {
  return (exchange) => answers[Math.min(exchange.nth, answers.length) - 1]?.(exchange);
}

/** Allows preflights with these headers, and answers everything else. */
export function preflighted(allowed: OutgoingHttpHeaders, answer: Answer): Answer {
  return (exchange) => {
    if (exchange.req.method === "OPTIONS") exchange.res.writeHead(204, allowed).end();
    else return answer(exchange);
  };
}

/** An event for each text. */
export const events = (...texts: string[]) => texts.map((text) => `data: ${text}\n\n`).join("");

/** The shortest wait that a stream can ask for, so that a client comes back as soon as its connection has ended. */
export const AT_ONCE = "retry: 1\n";
