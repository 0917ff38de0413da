// Answers whose source is read in a worker thread: others read them, and hear of it when that thread dies.
import { start } from "../addon/child.js";

const PROGRAM = `
  import { once } from "node:events";
  import { Worker } from "node:worker_threads";
  import { createChat, createHub } from "millrace";
  import { createResumableStreamContext } from "millrace/resumable";

  setInterval(() => {}, 1000); // nothing else keeps the process alive
  const times = { producerTimeoutMs: 300 };
  const streams = createResumableStreamContext({ waitUntil: null, ...times });
  const chat = createChat(createHub(), times);
  const worker = new Worker(\`
    const modules = [import("millrace"), import("millrace/resumable"), import("node:worker_threads")];
    Promise.all(modules).then(async ([{ createChat, createHub }, { createResumableStreamContext }, { parentPort }]) => {
      setInterval(() => {}, 1000);
      const times = { producerTimeoutMs: 300 };
      const streams = createResumableStreamContext({ waitUntil: null, ...times });
      await streams.createNewResumableStream("a", () => new ReadableStream({ start: (controller) => controller.enqueue("one ") }));
      await streams.createNewResumableStream("b", () => new ReadableStream({ start: (c) => { c.enqueue("whole"); c.close(); } }));
      const chat = createChat(createHub(), times);
      const response = await chat.respond("c", async function* () { yield { type: "start" }; await new Promise(() => {}); });
      response.body.getReader().read();
      parentPort.postMessage("ready");
    });
  \`, { eval: true });
  await once(worker, "message");
  while ((await streams.hasExistingStream("b")) !== "DONE") await new Promise((resolve) => setTimeout(resolve, 5));
  console.log("whole " + (await streams.resumeExistingStream("b")));
  const reader = (await streams.resumeExistingStream("a")).getReader();
  console.log("read " + (await reader.read()).value);
  const request = new Request("http://localhost/");
  const response = await chat.resume("c", request);
  const answer = response.text();
  // It is silent for longer than that, and lives.
  const lives = new Set();
  const record = createHub().document("resumable-record:resumable-stream:a");
  while (lives.size < 5) {
    lives.add((await record.get()).aliveAt);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log("lives " + (await streams.hasExistingStream("a")));
  await worker.terminate();
  console.log("error " + (await reader.read().catch((error) => error.code)));
  console.log("answer " + JSON.stringify((await answer).replaceAll(/^id: .*\\n/gm, "")));
  console.log("ended " + (await streams.hasExistingStream("a")) + " " + (await chat.stop("c")));
  process.exit();
`;

test("they are read, and end when that thread does", async () => {
  const child = start(PROGRAM);
  expect(await child.line("whole ")).toBe("null");
  expect(await child.line("read ")).toBe("one ");
  expect(await child.line("lives ")).toBe("true");
  expect(await child.line("error ")).toBe("STREAM_CLOSED");
  const answer = JSON.parse(await child.line("answer ")) as string;
  expect(answer).toContain('data: {"type":"error","errorText":"The answer could not be completed"}\n\n');
  expect(answer).toMatch(/event: done\ndata: \[DONE\]\n\n$/);
  expect(await child.line("ended ")).toBe("DONE false");
  await child.ended;
}, 30_000);

test("two copies of the module have their answers together", async () => {
  const child = start(`
    import { createRequire } from "node:module";
    import { createChat, createHub } from "millrace";
    import { createResumableStreamContext } from "millrace/resumable";
    const require = createRequire(import.meta.url);
    const copies = [
      [createChat(createHub(), {}), createResumableStreamContext({ waitUntil: null })],
      [require("millrace").createChat(require("millrace").createHub(), {}), require("millrace/resumable").createResumableStreamContext({ waitUntil: null, keepForMs: 5 })],
    ];
    for (const [at, [chat, streams]] of copies.entries()) {
      const [otherChat, otherStreams] = copies[1 - at];
      await streams.createNewResumableStream("a" + at, () => new ReadableStream());
      console.log("stream " + (await otherStreams.hasExistingStream("a" + at)));
      void chat.respond("c" + at, async function* () { yield { type: "start" }; await new Promise(() => {}); });
      await new Promise((resolve) => setImmediate(resolve));
      console.log("chat " + (await otherChat.stop("c" + at)));
    }
    process.exit();
  `);
  const { output } = await child.ended;
  expect(output.trim().split("\n")).toEqual(["stream true", "chat true", "stream true", "chat true"]);
}, 30_000);
