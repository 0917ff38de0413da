import { randomUUID } from "node:crypto";
import { createGunzip } from "node:zlib";
import { type Bundler, bundlers, startNext } from "./bare-app.js";
import type { RunningServer } from "./command.js";
import { control, StreamClient, type StreamClientOptions } from "./stream-client.js";
import { streamsAcrossRoutes } from "./streams-across-routes.js";

const MINUTES = 60_000;
const EVENTS = 200;
/** A head and a first chunk are less, the events are more. */
const MOST_BYTES_OF_NODE = 2000;

const GZIP = { headers: { "accept-encoding": "gzip" } };

interface Streamed {
  readonly isDirect: boolean;
  /** The connections whose sockets the core wrote to meanwhile. */
  readonly takenOver: number;
  readonly encoding: string | undefined;
  readonly text: string;
}

/** Reads a stream of the application while another route publishes: every event comes once and in order. */
function stream(url: string, shape: string, options?: StreamClientOptions): Promise<Streamed> {
  return streamFrom(url, `shapes/${shape}`, options);
}

async function streamFrom(url: string, path: string, options: StreamClientOptions = {}): Promise<Streamed> {
  const channel = randomUUID();
  const client = await StreamClient.open(`${url}/api/${path}?channel=${channel}`, options);
  expect(client.response.statusCode).toBe(200);
  await client.until("id: ");
  await control(url, { channel, publish: EVENTS });
  await client.until(`"n":${EVENTS},`);
  expect(client.data.map(({ n, of }) => [n, of])).toEqual(Array.from({ length: EVENTS }, (_, n) => [n + 1, channel]));
  const { written, takenOver } = await control(url, { channel });
  client.leave();
  while ((await control(url, { channel })).takenOver > 0); // the next one's is to be the only one
  const encoding = client.response.headers["content-encoding"];
  return { isDirect: written < MOST_BYTES_OF_NODE, takenOver, encoding, text: client.text };
}

const servers = bundlers.flatMap((bundler) => (["start", "dev"] as const).map((command) => ({ bundler, command })));

interface Served {
  readonly bundler: Bundler;
  readonly command: "start" | "dev";
}

describe.each(servers)("next $command with $bundler", ({ bundler, command }: Served) => {
  let server: RunningServer;

  describe("and register() in instrumentation.ts", () => {
    beforeAll(async () => {
      server = await startNext(bundler, command);
    }, 2 * MINUTES);
    afterAll(() => server?.stop());

    test.each(["plain", "hub", "response", "rewrapped"])(
      "writes directly what is passed on as it is, from the first request on: %s",
      async (shape) => expect(await stream(server.url, shape)).toMatchObject({ isDirect: true, takenOver: 1 }),
      MINUTES,
    );

    test("writes directly though Next.js compresses what it may", async () => {
      expect(await stream(server.url, "plain", GZIP)).toMatchObject({
        isDirect: true,
        takenOver: 1,
      });
    });

    test("writes directly what a route of the Pages API attaches", async () => {
      for (const options of [{}, GZIP]) {
        expect(await streamFrom(server.url, "attach", options)).toMatchObject({ isDirect: true, takenOver: 1 });
      }
    });

    test.each(["pulled", "reader", "iterated", "tee"])(
      "lets Node write what others may have read: %s",
      async (shape) => {
        expect(await stream(server.url, shape)).toMatchObject({ isDirect: false, takenOver: 0 });
      },
    );

    test("lets Node write what was changed on the way", async () => {
      const { isDirect, text } = await stream(server.url, "transformed");
      expect(isDirect).toBe(false);
      expect(text.match(/"text":"EVENT \d+"/g)).toHaveLength(EVENTS);
    });

    test("lets Node write what the handler has compressed", async () => {
      // Next.js drops the handler's Content-Encoding, but what the handler made of the bytes is what arrives.
      const { isDirect } = await stream(server.url, "encoded", { decode: () => createGunzip() });
      expect(isDirect).toBe(false);
    });

    test.each([
      { shape: "compressed", isDirect: true },
      { shape: "compressedPulled", isDirect: false },
    ])("compresses for clients that accept it, and says so: $shape", async ({ shape, isDirect }) => {
      expect(await stream(server.url, shape, GZIP)).toMatchObject({ encoding: "gzip", isDirect });
      expect(await stream(server.url, shape)).toMatchObject({ encoding: undefined, isDirect });
    });

    test("sends what one route broadcasts to streams that another has opened, and serves the page that reads them", async () => {
      await streamsAcrossRoutes(server.url);
      const page = await fetch(server.url);
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<output")]);
    });

    test("says nothing of errors or warnings, not of the edge runtime either, which has no addon", () => {
      expect(server.output()).not.toMatch(/error|warn/i);
    });
  });

  describe("and no instrumentation", () => {
    beforeAll(async () => {
      server = await startNext(bundler, command, { WITHOUT_REGISTER: "1" });
    }, 2 * MINUTES);
    afterAll(() => server?.stop());

    test(
      "writes directly from the second request on",
      async () => {
        // Loads Millrace, which may come too late for this request: it is neither direct nor compressed then.
        await stream(server.url, "compressed", GZIP);
        expect(await stream(server.url, "plain")).toMatchObject({ isDirect: true });
        expect(await stream(server.url, "hub")).toMatchObject({ isDirect: true });
        expect(await stream(server.url, "reader")).toMatchObject({ isDirect: false });
      },
      MINUTES,
    );
  });
});
