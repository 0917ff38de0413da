// A server of short answers, for bench/first-token.mjs: the same source behind a plain ReadableStream (/plain), `chat.POST` as a route handler (/route), and
// `chat.attach` (/attach). The first token says when it was given, by the clock of this machine.
import { createServer } from "node:http";
import { createChat, createHub } from "../../dist/esm/server/index.js";

const now = () => performance.timeOrigin + performance.now();

async function* parts() {
  await new Promise((resolve) => setTimeout(resolve, 3)); // as a model, which answers once the head is out
  yield { type: "text-delta", id: "0", delta: `at ${now()}` };
  for (let n = 0; n < 20; n++) yield { type: "text-delta", id: "0", delta: ` token${n}` };
}

function plain() {
  const source = parts();
  const encoder = new TextEncoder();
  const stream = new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`));
    },
  });
  return new Response(stream, { headers: { "Content-Type": "text/event-stream" } });
}

/** As a framework writes a web response. */
async function write(response, res) {
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.flushHeaders();
  for await (const chunk of response.body) res.write(chunk);
  res.end();
}

const chat = createChat(createHub({ name: "first token" }), { source: () => parts(), keepForMs: 100 });
const server = createServer(async (req, res) => {
  if (req.url === "/attach") return void chat.attach(req, res);
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  if (req.url === "/plain") return void write(plain(), res);
  const request = new Request("http://127.0.0.1/route", { method: "POST", body: Buffer.concat(chunks) });
  void write(await chat.POST(request), res);
}).listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
