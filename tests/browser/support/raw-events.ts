/** An event as it stands in the stream. */
export interface RawEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Reads a stream without any of Millrace's code, to compare with. Resolves once the server has answered; the events come
 * until the iteration is left.
 */
export async function openRawEvents(url: string): Promise<AsyncGenerator<RawEvent>> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  if (response.status !== 200 || !response.body) throw new Error(`${url} answered with ${response.status}`);
  return read(response, abort);
}

// It holds the response: Node cancels the body of one that is garbage before somebody has begun to read.
async function* read(response: Response, abort: AbortController): AsyncGenerator<RawEvent> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const blocks = (text + decoder.decode(chunk, { stream: true })).split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = /^event: (.*)$/m.exec(block)?.[1];
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (event !== undefined && data !== undefined) yield { event, data };
      }
    }
  } finally {
    abort.abort();
  }
}
