import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { connectBrowser } from "./support/browser.js";
import { DemoPage } from "./support/demo-page.js";
import { demoFolder, NextServer } from "./support/next-server.js";

const MINUTES = 60_000;
const TOKENS = Array.from({ length: 40 }, (_, index) => `${index === 0 ? "" : " "}wörd${index}`);

/** An OpenAI-compatible endpoint that answers with the tokens when the test says so. */
class ScriptedModel {
  readonly #server: Server;
  /** The request and its answer, once the demo has asked. */
  readonly asked: Promise<{ url: string; headers: IncomingHttpHeaders; body: string; answer: ServerResponse }>;

  constructor() {
    let resolve: (request: Awaited<ScriptedModel["asked"]>) => void;
    this.asked = new Promise((settle) => {
      resolve = settle;
    });
    this.#server = createServer(async (request, answer) => {
      let body = "";
      for await (const part of request) body += part;
      answer.writeHead(200, { "Content-Type": "text/event-stream" });
      resolve({ url: request.url ?? "", headers: request.headers, body, answer });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const chunkOf = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

const model = new ScriptedModel();
let server: NextServer;
let browser: Browser;

beforeAll(async () => {
  const env = { OPENAI_BASE_URL: await model.listen(), OPENAI_API_KEY: "sk-test", OPENAI_MODEL: "scripted-1" };
  server = await NextServer.start(demoFolder, ["start"], env);
  browser = await connectBrowser();
}, MINUTES);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  model.stop();
}, MINUTES);

test(
  "a model's answer arrives token by token, though the connection drops in the middle",
  async () => {
    const demo = await DemoPage.open(await browser.newContext(), server.url);
    expect(await demo.text("chat-source")).toBe("Answered by scripted-1");
    await demo.page.getByLabel("Your question").fill("What is a millrace?");
    await demo.button("Ask").click();

    const { url, headers, body, answer } = await model.asked;
    expect(url).toBe("/v1/chat/completions");
    expect(headers.authorization).toBe("Bearer sk-test");
    expect(JSON.parse(body)).toEqual({
      model: "scripted-1",
      stream: true,
      messages: [{ role: "user", content: "What is a millrace?" }],
    });
    const half = TOKENS.length / 2;
    answer.write(TOKENS.slice(0, half).map(chunkOf).join(""));
    await demo.hasDelivered("chat.token", half);

    await demo.button("Drop my connection").click();
    await demo.shows("reconnects", "1"); // or all of the answer may come before the server has cut it
    // Byte by byte, so that characters and lines are cut everywhere.
    const rest = `${TOKENS.slice(half).map(chunkOf).join("")}data: [DONE]\n\n`;
    for (const byte of Buffer.from(rest)) answer.write(Buffer.of(byte));
    answer.end();

    await demo.shows("answer-status", "complete, identical to what the server wrote");
    expect(await demo.text("answer")).toBe(TOKENS.join(""));
    const delivered = await demo.delivered("chat.token");
    expect(delivered.map(({ data }) => (data as { text: string }).text)).toEqual(TOKENS);
    expect(demo.errors).toEqual([]);
  },
  2 * MINUTES,
);
