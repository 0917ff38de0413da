import { ReadableStream as WebStream } from "node:stream/web";

/** The global one, also where a test's environment (jsdom) hides it. */
export const NodeReadableStream = WebStream as unknown as typeof ReadableStream;
