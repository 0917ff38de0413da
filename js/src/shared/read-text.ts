import { SSEError } from "./errors.js";

/** What a request has as its body: a web request's, or a Node request itself. */
export type RequestBody = AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array> | null;

/**
 * A request's body; undefined where it has more bytes than that: the rest is not read. What a framework has read already is taken from where it has put
 * that, `req.body`, parsed or not.
 *
 * @throws SSEError `BAD_REQUEST` where it breaks off; TypeError where another has read it and left nothing.
 */
export async function readBytes(body: RequestBody, mostBytes: number): Promise<Buffer | undefined> {
  const read = bytesReadBefore(body);
  if (read !== undefined) return read.length > mostBytes ? undefined : read;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array | string>) {
      const part = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      bytes += part.length;
      if (bytes > mostBytes) return undefined;
      chunks.push(part);
    }
  } catch {
    throw new SSEError("BAD_REQUEST", "The request's body has broken off");
  }
  return Buffer.concat(chunks);
}

/** The same as text. */
export async function readText(body: RequestBody, mostBytes: number): Promise<string | undefined> {
  return (await readBytes(body, mostBytes))?.toString("utf8");
}

/**
 * The body of a web request, which nobody has begun to read.
 *
 * @throws TypeError where somebody has: what is left of it would be taken for the whole.
 */
export function unreadBodyOf({ body, bodyUsed }: Request): ReadableStream<Uint8Array> | null {
  if (bodyUsed || body?.locked) throw new TypeError("The request's body was read before Millrace could");
  return body;
}

interface ReadRequest {
  readonly readableDidRead?: boolean;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}

function bytesReadBefore(request: RequestBody): Buffer | undefined {
  const { readableDidRead, body, headers = {} } = Object(request) as ReadRequest;
  if (readableDidRead !== true) return undefined;
  if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body as string);
  const { "content-type": type = "application/json" } = headers;
  if (typeof body === "object" && body !== null && /\bjson\b/i.test(String(type)))
    return Buffer.from(JSON.stringify(body));
  throw new TypeError(
    "The request's body was read before Millrace could: put what was read into req.body (Fastify: request.raw.body = request.body)",
  );
}
