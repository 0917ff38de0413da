import { constants, createGzip } from "node:zlib";
import { createHub, createSSEStream, registerConnection, type SSEStream, sseResponse } from "millrace";
import { note } from "@/lib/streams";

type Bytes = Uint8Array<ArrayBuffer>;
type Answer = (stream: SSEStream) => Response;

const withBody = (body: ReadableStream<Uint8Array>, headers: Record<string, string> = {}) =>
  new Response(body as ReadableStream<Bytes>, {
    headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform", ...headers },
  });

/** A stream of whatever comes out of an iteration. */
function bodyOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void iterator.return?.(),
  });
}

async function* readBy(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    await reader.cancel();
  }
}

/** Gzip that passes each chunk on at once. */
async function* zipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  for await (const chunk of chunks) {
    gzip.write(chunk);
    yield await new Promise<Uint8Array>((resolve) => gzip.once("data", resolve));
  }
}

const iterate = (stream: SSEStream) => stream.stream as unknown as AsyncIterable<Uint8Array>;
const upperCase = () =>
  new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) =>
      controller.enqueue(new TextEncoder().encode(new TextDecoder().decode(chunk).replace(/event number/g, "EVENT"))),
  });

/** The ways in which a handler may answer with a stream's bytes. */
const shapes: Record<string, Answer> = {
  plain: (stream) => sseResponse(stream),
  pulled: (stream) => sseResponse(stream),
  compressed: (stream) => sseResponse(stream),
  compressedPulled: (stream) => sseResponse(stream),
  rewrapped: (stream) => withBody(stream.stream),
  response: (stream) => new Response(sseResponse(stream).body, { headers: sseResponse(stream).headers }),
  transformed: (stream) => withBody(stream.stream.pipeThrough(upperCase())),
  reader: (stream) => withBody(bodyOf(readBy(stream.stream.getReader()))),
  iterated: (stream) => withBody(bodyOf(iterate(stream))),
  encoded: (stream) => withBody(bodyOf(zipped(iterate(stream))), { "Content-Encoding": "gzip" }),
  tee: (stream) => {
    const response = sseResponse(stream);
    const [one, other] = response.body?.tee() ?? [];
    void other?.pipeTo(new WritableStream()).catch(() => {});
    return new Response(one, { headers: response.headers });
  },
};

export async function GET(request: Request, { params }: { params: Promise<{ shape: string }> }) {
  const { shape } = await params;
  const query = new URL(request.url).searchParams;
  const channel = query.get("channel") ?? "";
  if (shape === "hub") return createHub().response(request, { channels: [channel] });
  const maxDurationMs = Number(query.get("maxDurationMs")) || undefined;
  const stream = createSSEStream({
    request,
    direct: !/pulled$/i.test(shape),
    compress: shape.startsWith("compressed"),
    ...(maxDurationMs && { maxDurationMs }),
  });
  note(channel, stream, request.signal);
  registerConnection(channel, stream.send);
  return shapes[shape]?.(stream) ?? new Response(null, { status: 404 });
}
