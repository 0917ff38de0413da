import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Exchange, ScriptedServer } from "./scripted-server.js";

// The built package, in a Node process of its own that nothing ends but its having nothing to do.
const root = join(import.meta.dirname, "../../..");
const server = ScriptedServer.forEachTest();

async function run(type: "module" | "commonjs", program: string, answer?: (exchange: Exchange) => void) {
  const env = { ...process.env, NODE_OPTIONS: "", URL_OF_TEST: server.url };
  const child = spawn(process.execPath, [`--input-type=${type}`, "-e", program], { cwd: root, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => void child.once("close", resolve));
  if (answer) answer(await server.next());
  return { code: await ended, output };
}

const listen = `
  const client = new SSEClient(process.env.URL_OF_TEST, { headers: { "x-from": "node" } });
  client.on("news", (data, { lastEventId }) => {
    console.log(JSON.stringify(data), lastEventId, client.state, client.implementation);
    client.close();
    console.log(client.state);
  });
`;
const heard = { code: 0, output: '{"n":1} 7 connected wasm\ndisconnected\n' };
const say = (exchange: Exchange) => exchange.stream('event: news\nid: 7\ndata: {"n":1}\n\n');

test("import: an event is received, and the process ends by itself after close()", async () => {
  const program = `import { SSEClient } from "millrace/client"; ${listen}`;
  expect(await run("module", program, say)).toEqual(heard);
}, 20_000);

test("require", async () => {
  expect(await run("commonjs", `const { SSEClient } = require("millrace/client"); ${listen}`, say)).toEqual(heard);
}, 20_000);

test("a client that is closed in a wait lets the process end", async () => {
  const program = `
    import { SSEClient } from "millrace/client";
    const client = new SSEClient(process.env.URL_OF_TEST);
    client.addEventListener("error", ({ error }) => {
      console.log(error.status, error.problem.title, client.state);
      setTimeout(() => client.close());
    });
  `;
  const refuse = (exchange: Exchange) =>
    exchange.respond(503, { "content-type": "application/problem+json" }, '{"title":"full"}');
  expect(await run("module", program, refuse)).toEqual({ code: 0, output: "503 full reconnecting\n" });
}, 20_000);

test("one that is closed at once, and one that is never let connect", async () => {
  const program = `
    import { SSEClient } from "millrace/client";
    const client = new SSEClient(process.env.URL_OF_TEST);
    client.close();
    const never = new SSEClient(process.env.URL_OF_TEST, { signal: AbortSignal.abort() });
    console.log(client.state, never.state);
  `;
  expect(await run("module", program)).toEqual({ code: 0, output: "disconnected disconnected\n" });
}, 20_000);

test("what needs a page says so", async () => {
  const program = `
    import { SSEClient } from "millrace/client";
    try { new SSEClient("/relative"); } catch (error) { console.log(error instanceof TypeError); }
    const client = new SSEClient(process.env.URL_OF_TEST, { transport: "eventsource" });
    client.addEventListener("error", ({ error }) => console.log(error.code, error.message));
  `;
  const output = "true\nCONNECTION_FAILED There is no EventSource here\n";
  expect(await run("module", program)).toEqual({ code: 0, output });
}, 20_000);

test.each([
  [
    "module" as const,
    'import { createTape, replayTape } from "millrace/testing"; import { SSEClient } from "millrace/client";',
  ],
  [
    "commonjs" as const,
    'const { createTape, replayTape } = require("millrace/testing"); const { SSEClient } = require("millrace/client");',
  ],
])(
  "a tape is recorded and replayed: %s",
  async (type, imports) => {
    const program = `
    ${imports}
    const tape = createTape();
    const client = new SSEClient(process.env.URL_OF_TEST, { tape });
    client.addEventListener("news", () => {
      client.close();
      replayTape(tape).then(({ events: [{ type, data }], lastEventId }) => console.log(type, data, lastEventId));
    });
  `;
    expect(await run(type, program, say)).toEqual({ code: 0, output: 'news {"n":1} 7\n' });
  },
  20_000,
);
