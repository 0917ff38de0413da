import { SSEError } from "../../shared/errors.js";

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

function bytesReadBefore(request: RequestBody): Buffer | undefined {
  const { readableDidRead, body } = Object(request) as { readonly readableDidRead?: boolean; readonly body?: unknown };
  if (readableDidRead !== true) return undefined;
  if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body as string);
  if (typeof body === "object" && body !== null) return Buffer.from(JSON.stringify(body));
  throw new TypeError(
    "The request's body was read before Millrace could: put what was read into req.body (Fastify: request.raw.body = request.body)",
  );
}
