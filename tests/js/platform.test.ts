import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

// The real package, in a process that believes to be on another platform.
function onAnotherPlatform(program: string): string {
  const pretend = 'Object.defineProperty(process, "platform", { value: "plan9" });';
  const args = ["--input-type=module", "-e", `${pretend} ${program}`];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  return stdout + stderr;
}

test("where there is no binary the package loads, and the first use says what is missing", () => {
  const output = onAnotherPlatform(`
    const { createSSEStream, SSEError } = await import("millrace");
    try { createSSEStream(); } catch (error) { console.log(error instanceof SSEError, error.code, error.message); }
    const { register } = await import("millrace/next");
    try { await register(); } catch (error) { console.log(error.code); }
  `);
  expect(output).toMatch(/^true NO_NATIVE_BINARY Millrace has no native addon that loads on plan9-x64 /);
  expect(output).toMatch(/\nNO_NATIVE_BINARY\n$/);
});
