import { TestEnvironment } from "jest-environment-jsdom";

/**
 * A page by jsdom, with Node's own fetch and streams, which jsdom lacks. They take Node's AbortSignal only, so that comes
 * along. Events and EventTarget stay jsdom's.
 */
class PageEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    const { fetch, Headers, Request, Response, ReadableStream, AbortController, AbortSignal } = globalThis;
    const { TextDecoder, TextEncoder } = globalThis;
    const fromNode = { fetch, Headers, Request, Response, ReadableStream, AbortController, AbortSignal };
    Object.assign(this.global, fromNode, { TextDecoder, TextEncoder });
  }
}

// biome-ignore lint/style/noDefaultExport: Jest asks for it.
export default PageEnvironment;
