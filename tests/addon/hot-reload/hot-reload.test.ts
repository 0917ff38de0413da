import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** In a process of its own, since Jest's modules are not Node's. */
async function reload(mode: string): Promise<string[]> {
  const env = { ...process.env, NODE_ENV: mode, NODE_OPTIONS: "" };
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "reload.cjs")], { env });
  return JSON.parse(stdout);
}

test("what a module subscribes when it is evaluated is there once, however often it is evaluated", async () => {
  expect(await reload("development")).toEqual([
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
  const heard = await reload("production");
  expect(heard.filter((word) => word.endsWith("other b"))).toEqual(["1 other b", "2 other b", "3 other b"]);
});
