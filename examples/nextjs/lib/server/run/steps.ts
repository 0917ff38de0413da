import { join } from "node:path";
import type { StepName } from "../../run";

export interface Step {
  readonly name: StepName;
  readonly command: string;
  readonly args: readonly string[];
  /** Finds "done of total" in a line of output. */
  readonly progress: RegExp | null;
}

/** Where a run builds; it is removed first, so that everything really is compiled. */
export function buildFolder(root: string): string {
  return join(/* turbopackIgnore: true */ root, "build/demo-run");
}

/** Configure, compile and test Millrace's C++ core. */
export function stepsOf(root: string): Step[] {
  const build = buildFolder(root);
  // As it ships; without optimisation the tests take several times as long as it saves in compiling.
  const options = ["-DCMAKE_BUILD_TYPE=Release", "-DMILLRACE_TESTS=ON"];
  return [
    { name: "configure", command: "cmake", args: ["-S", root, "-B", build, "-G", "Ninja", ...options], progress: null },
    {
      name: "compile",
      command: "cmake",
      args: ["--build", build, "--parallel", "2"],
      progress: /^\[(\d+)\/(\d+)\]/,
    },
    {
      name: "test",
      command: "ctest",
      args: ["--test-dir", build, "--parallel", "2", "--timeout", "120", "--no-tests=error", "--output-on-failure"],
      progress: /^\s*(\d+)\/(\d+) Test\s+#/,
    },
  ];
}
