// What a hub with a file keeps beside events: documents, idempotency keys, content, and what the modules make of them.
import { DurableServer, StoreFolder } from "./durable_server.js";

const folders: StoreFolder[] = [];
const servers: DurableServer[] = [];

function newFile(): string {
  folders.push(new StoreFolder());
  return (folders.at(-1) as StoreFolder).file();
}

async function serving(history: object, more: object = {}, ...code: string[]): Promise<DurableServer> {
  const server = await DurableServer.start(history, more, ...code);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.end()));
  for (const one of folders.splice(0)) one.remove();
});

/** What the stream of a route says until it has this in it. */
async function readUntil(server: DurableServer, path: string, last: string): Promise<string> {
  const abort = new AbortController();
  const response = await server.fetch(path, { signal: abort.signal, headers: { Accept: "text/event-stream" } });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes(last)) break;
  }
  abort.abort();
  return text;
}

describe.each(["batch", "always"])("documents, %s", (sync) => {
  test.each(["SIGTERM", "SIGKILL"] as const)("after %s they are as they were, for code and clients", async (signal) => {
    const file = newFile();
    const first = await serving({ file, sync });
    await first.run(`
      const job = hub.document("job", { events: ["step"], parts: { steps: ["steps"] } });
      job.set({ done: 0, steps: {} });
      for (let step = 1; step < 400; step++) job.patch({ steps: { ["s" + step % 7]: step } }, { event: "step" });
      await job.patch({ done: 5 }).stored;
    `);
    await first.end(signal);
    const second = await serving({ file, sync });
    const text = await readUntil(second, "/stream?channel=job", "id: ");
    expect(text).toContain('event: state\ndata: {"done":5,');
    expect(text).toContain('"s0":399');
    expect(text).toContain("event: steps\ndata: {");
    const code = `return { document: await hub.document("job").get(), keys: millrace.documentKeys(hub, "jo") }`;
    expect(await second.run(code)).toMatchObject({ document: { done: 5, steps: { s0: 399, s6: 398 } }, keys: ["job"] });
    await second.run(`await hub.document("job").patch({ done: 6 }).stored`);
    await second.end("SIGKILL");
    const third = await serving({ file, sync });
    expect(await third.run(`return hub.document("job").get()`)).toMatchObject({ done: 6, steps: { s0: 399 } });
  });

  test("what is cleared or forgotten stays away", async () => {
    const file = newFile();
    const first = await serving({ file, sync });
    await first.run(`
      for (const name of ["a", "b", "c"]) await hub.document(name).set({ secret: "of " + name }).stored;
      hub.document("a").clear();
      await hub.forget("b");
      await hub.publish("c", { event: "e" }).stored;
    `);
    await first.end("SIGKILL");
    const second = await serving({ file, sync });
    const code = `return Promise.all(["a", "b", "c"].map((name) => hub.document(name).get()))`;
    expect(await second.run(code)).toEqual([null, null, { secret: "of c" }].map((one) => one ?? null));
    expect(await second.run(`return millrace.documentKeys(hub, "")`)).toEqual(["c"]);
  });
});

test("under always nobody is shown a document that is not on disk, and one that cannot be written never was", async () => {
  const server = await serving({ file: newFile(), sync: "always" });
  const before = await server.run(`
    const job = hub.document("job");
    await job.set({ n: 1 }).stored;
    const waiting = job.patch({ n: 2 });
    const shown = [];
    const reader = millrace.readChannel(hub, "job");
    reader.close();
    return { own: job.current().n, id: waiting.id !== null };
  `);
  expect(before).toEqual({ own: 2, id: true });
  expect(await readUntil(server, "/stream?channel=job", "id: ")).toContain('data: {"n":2}');
});

describe("idempotency keys", () => {
  test.each(["batch", "always"])("after a crash the same receipt is given, %s", async (sync) => {
    const file = newFile();
    const publish = (n: number, key: string) => `
      const receipt = hub.publish("orders", { event: "e", data: ${n}, idempotencyKey: "${key}" });
      await receipt.stored;
      return { ...receipt };
    `;
    const first = await serving({ file, sync });
    const receipt = await first.run(publish(1, "order 1"));
    expect(receipt).toMatchObject({ state: "sent", recipients: 0 });
    expect(await first.run(publish(2, "order 1"))).toEqual(receipt);
    await first.end("SIGKILL");
    const second = await serving({ file, sync });
    expect(await second.run(publish(3, "order 1"))).toEqual(receipt);
    expect(await second.run(publish(4, "order 2"))).not.toEqual(receipt);
    const said = await second.read(["orders"], (data) => data.at(-1) === 4, { begin: "&from=earliest" });
    expect(said.data).toEqual([1, 4]);
  });

  test("they go with what is forgotten", async () => {
    const file = newFile();
    const server = await serving({ file });
    const code = `return hub.publish("orders", { event: "e", idempotencyKey: "key of ann" }).id`;
    const id = await server.run(code);
    await server.run(`await hub.publish("orders", { event: "e" }).stored; await hub.forget("orders")`);
    expect(await server.run(code)).not.toBe(id);
  });
});

test("content that is kept by reference is in the file", async () => {
  const file = newFile();
  const options = { oversize: "reference", maxBytes: 256 };
  const setUp = `const content = millrace.contentHandler(contents);
    routes["/content"] = async (query, req, res) => {
      const answer = await content(new Request("http://x/" + query.get("cid")));
      res.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    };`;
  const first = await serving(
    { file },
    options,
    setUp,
    "const contents = millrace.historyContentStore();",
    "contentStore: contents",
  );
  const code = `
    let reference;
    hub.subscribe("c", ({ data }) => (reference = data));
    await hub.publish("c", { event: "large", data: "x".repeat(5000) }).stored;
    const { setImmediate: pause } = await import("node:timers/promises");
    while (reference === undefined) await pause();
    await hub.drain({ withinMs: 1000 });
    return reference.$ref;
  `;
  const cid = await first.run(code);
  await first.end("SIGKILL");
  const second = await serving(
    { file },
    options,
    setUp,
    "const contents = millrace.historyContentStore();",
    "contentStore: contents",
  );
  const response = await second.fetch(`/content?cid=${cid}`);
  expect([response.status, (await response.text()).length]).toEqual([200, 5002]);
});

test("an export is imported elsewhere with its ids, from which clients continue", async () => {
  const file = newFile();
  const first = await serving({ file, memory: { events: 10 } });
  const ids = await first.publish("room", 0, 3000);
  const lines = (await first.run(`
    const lines = [];
    for await (const piece of hub.export("room")) lines.push(piece);
    return lines;
  `)) as string[];
  const events = lines.join("").trim().split("\n");
  expect(events.map((line) => JSON.parse(line))).toEqual(ids.map((id, data) => ({ id, event: "e", data })));
  const second = await serving({ file: newFile() });
  expect(await second.run(`return hub.import("room", ${JSON.stringify(lines)})`)).toBe(3000);
  const said = await second.read(["room"], (data) => data.at(-1) === 2999, { lastEventId: ids[2989] as string });
  expect(said.verdict).toBe("continued");
  expect(said.ids).toEqual(ids.slice(2990));
  const all = await second.read(["room"], (data) => data.at(-1) === 2999, { begin: "&from=earliest" });
  expect(all.ids).toEqual(ids);
});

test("a line that is none of an export is named, and what was before it is there", async () => {
  const server = await serving({ file: newFile() });
  const lines = (bad: string) => `
    try { await hub.import("room", ['{"id":"a","data":1}\\n', ${JSON.stringify(bad)}]); } catch (error) { return error.message; }
  `;
  expect(await server.run(lines("{"))).toBe('Line 2 of the import to "room" is no JSON');
  expect(await server.run(lines("[]"))).toBe('Line 2 of the import to "room" must be an object, not an array');
  expect(await server.run(lines("{}"))).toContain("must have an id");
  expect(await server.run(lines('{"id":"b","nonsense":1}'))).toContain("nonsense");
  const none = `try { await hub.import("room", 7); } catch (error) { return error.message; }`;
  expect(await server.run(none)).toContain("lines must be text in pieces");
});

test("a client that was cut behind an id of the application's continues there after a restart", async () => {
  const file = newFile();
  const first = await serving({ file });
  await first.run(
    `for (const id of ["one", "two", "three"]) await hub.publish("c", { event: "e", data: id, id }).stored`,
  );
  await first.end("SIGKILL");
  const second = await serving({ file });
  const said = await second.read(["c"], (data) => data.at(-1) === "three", { lastEventId: "one" });
  expect(said).toMatchObject({ verdict: "continued", data: ["two", "three"] });
});

describe("workflows", () => {
  const setUp = `
    globalThis.workflows = millrace.createWorkflowEmitter(hub, { closeAfterMs: 20 });
    routes["/workflow"] = (query, req, res) => workflows.attach(req, res, query.get("id"));
  `;

  test("those that run go on, and those that have ended end who comes", async () => {
    const file = newFile();
    const first = await serving({ file }, {}, setUp);
    await first.run(`
      for (const id of ["runs", "ended"]) {
        workflows.emit(id, "workflow:started", { name: id, totalSteps: 2, budgetLimit: 10 });
        workflows.emit(id, "workflow:running", { totalCost: 9 });
      }
      await workflows.emit("ended", "workflow:completed", { duration: 1, totalCost: 9, iterations: 1 }).stored;
    `);
    await first.end("SIGKILL");
    const second = await serving({ file }, {}, setUp);
    expect(await second.run(`return workflows.getActiveWorkflows()`)).toEqual(["runs"]);
    expect(await second.run(`return workflows.getState("runs")`)).toMatchObject({ status: "running", totalCost: 9 });
    expect(await readUntil(second, "/workflow?id=ended", "workflow:closed")).toContain('"status":"completed"');
    const warned = second.run(`
      const told = [];
      workflows.subscribe("runs", ({ type }) => told.push(type));
      workflows.emit("runs", "workflow:running", { totalCost: 9.5 });
      workflows.emit("runs", "workflow:running", { totalCost: 11 });
      const { setImmediate: pause } = await import("node:timers/promises");
      while (told.at(-1) !== "budget:exceeded") await pause();
      return told.filter((type) => type.startsWith("budget"));
    `);
    await expect(warned).resolves.toEqual(["budget:exceeded"]);
  });
});

describe("answers that were half finished", () => {
  test("createAnswerStream: what there was comes, and that it has failed", async () => {
    const file = newFile();
    const setUp = `
      routes["/answer"] = (query, req, res) => millrace.attachAnswerStream(req, res, {
        hub, query: "q", answerId: "answer-0001",
        source: async function* () { yield "Half"; yield " of it"; await new Promise(() => {}); },
      });
    `;
    const first = await serving({ file }, {}, setUp);
    const begun = await readUntil(first, "/answer", "of it");
    await first.run(`await hub.publish("x", { event: "e" }).stored`);
    await first.end("SIGKILL");
    const second = await serving({ file }, {}, setUp);
    const said = await second.fetch("/answer", { headers: { "Last-Event-ID": lastIdOf(begun) } });
    const rest = await said.text();
    expect(rest).toContain("event: error");
    const again = await (await second.fetch("/answer")).text();
    expect(again).toContain("Half");
    expect(again.match(/event: error/g)).toHaveLength(1);
  }, 60_000);
});

function lastIdOf(text: string): string {
  return [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] as string;
}
