import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** In a process of its own, since Jest's modules are not Node's. */
async function run<Seen = string[]>(mode: string, program = "reload.cjs"): Promise<Seen> {
  const env = { ...process.env, NODE_ENV: mode, NODE_OPTIONS: "" };
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, program)], { env });
  return JSON.parse(stdout);
}

test("what a module subscribes when it is evaluated is there once, however often it is evaluated", async () => {
  expect(await run("development")).toEqual([
    "3 a",
    "3 a",
    "3 a",
    "3 connection",
    "3 other b",
    "blue room c",
    "red room c",
  ]);
});

test("in production a module is evaluated as often as it is wanted", async () => {
  const heard = await run("production");
  expect(heard.filter((word) => word.endsWith("other b"))).toEqual(["1 other b", "2 other b", "3 other b"]);
});

test("what a module subscribes behind an await is part of the same evaluation", async () => {
  expect(await run<Record<string, string[]>>("development", "evaluate.cjs")).toEqual({
    "behind an await": ["first, second", "first, second", "new first, new second", "first, second"],
    "in a loop": ["1, 2, 3", "1, 2, 3"],
    "by a channel": ["channel", "channel"],
  });
});
