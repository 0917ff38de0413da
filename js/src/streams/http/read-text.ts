/** What a request has as its body: a web request's, or a Node request itself. */
export type RequestBody = AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array> | null;

/** A request's body; undefined where it has more bytes than that: the rest is not read. */
export async function readBytes(body: RequestBody, mostBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array | string>) {
    const part = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    bytes += part.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

/** The same as text. */
export async function readText(body: RequestBody, mostBytes: number): Promise<string | undefined> {
  return (await readBytes(body, mostBytes))?.toString("utf8");
}
