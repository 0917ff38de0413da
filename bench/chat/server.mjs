// A server of one answer, for bench/chat.mjs: says its port, begins the answer with POST /start, gives it to others with GET, lets the source go on at /go, and says
// what the processor had to do from then until every reader had the end.
//   node bench/chat/server.mjs SIDE TOKENS READERS PAUSE_MS [REDIS_URL]
import { createServer } from "node:http";

const [, , side, ...figures] = process.argv;
const [tokens, readers, pauseMs] = figures.slice(0, 3).map(Number);
const redisUrl = figures[3];
let goOn;
const mayGoOn = new Promise((resolve) => {
  goOn = resolve;
});
let began;
let ended = 0;
function oneHasEnded() {
  if (++ended < readers) return;
  const { user, system } = process.cpuUsage(began);
  console.log(`cpu ${(user + system) / 1000}`);
}

const partOf = (n) => ({ type: "text-delta", id: "0", delta: ` token${n}` });

async function* parts() {
  await mayGoOn;
  for (let n = 0; n < tokens; n++) {
    yield partOf(n);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** As the AI SDK makes them. */
function texts() {
  const source = parts();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(`data: ${JSON.stringify(value)}\n\n`);
    },
  });
}

/** As a framework writes a web response. */
async function write(response, res) {
  res.writeHead(200, { "Content-Type": "text/event-stream" });
  res.flushHeaders();
  for await (const chunk of response.body) res.write(chunk);
  res.end();
}
const responseOf = (stream) => new Response(stream.pipeThrough(new TextEncoderStream()));

async function handlerOf() {
  if (side.startsWith("createChat")) {
    const { createChat, createHub } = await import("../../dist/esm/server/index.js");
    const flushMs = side === "createChat" ? 0 : 20;
    const hub = createHub({ name: "bench", limits: { perChannel: 1000 } });
    const chat = createChat(hub, { source: () => parts(), flushMs });
    return (req, res) => chat.attach(req, res, "c");
  }
  const context = await contextOf();
  return async (req, res) => {
    const stream =
      req.method === "POST"
        ? await context.createNewResumableStream("c", texts)
        : await context.resumeExistingStream("c");
    await write(responseOf(stream), res);
  };
}

async function contextOf() {
  if (side === "millrace/resumable") {
    const { createResumableStreamContext } = await import("../../dist/esm/resumable/index.js");
    return createResumableStreamContext({ waitUntil: null });
  }
  const { createClient } = await import("redis");
  const { createResumableStreamContext } = await import("resumable-stream");
  const [publisher, subscriber] = [createClient({ url: redisUrl }), createClient({ url: redisUrl })];
  await Promise.all([publisher.connect(), subscriber.connect()]);
  return createResumableStreamContext({ waitUntil: null, publisher, subscriber });
}

const handle = await handlerOf();
const server = createServer((req, res) => {
  if (req.url === "/go") {
    began = process.cpuUsage();
    goOn();
    res.end();
    return;
  }
  res.on("close", oneHasEnded);
  void handle(req, res);
}).listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
