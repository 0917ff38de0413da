import { join } from "node:path";
import type { StepName } from "../../build";

export interface Step {
  readonly name: StepName;
  readonly role: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Finds "done of total" in a line of output. */
  readonly progress: RegExp | null;
}

/** Where a build goes, of the server of this port; it is removed first, so that everything really is compiled. */
export function buildFolder(root: string): string {
  return join(/* turbopackIgnore: true */ root, `build/demo-run/${Number(process.env.PORT) || 3000}`);
}

/** Configure, compile and test Millrace's C++ core, but for the hub's tests, which are as many again. */
export function stepsOf(root: string): Step[] {
  const build = buildFolder(root);
  // As it ships; without optimisation the tests take several times as long as it saves in compiling.
  const options = ["-DCMAKE_BUILD_TYPE=Release", "-DMILLRACE_TESTS=ON"];
  return [
    {
      ...{ name: "configure", role: "looks for the compiler and the libraries", progress: null },
      ...{ command: "cmake", args: ["-S", root, "-B", build, "-G", "Ninja", ...options] },
    },
    {
      ...{ name: "compile", role: "compiles the core and its tests", progress: /^\[(\d+)\/(\d+)\]/ },
      ...{ command: "cmake", args: ["--build", build, "--target", "millrace_core_tests", "--parallel", "2"] },
    },
    {
      ...{ name: "test", role: "runs the tests", progress: /^\s*(\d+)\/(\d+) Test\s+#/ },
      command: "ctest",
      args: [
        ...["--test-dir", join(/* turbopackIgnore: true */ build, "tests/core"), "--label-regex", "^core$"],
        ...["--parallel", "2", "--timeout", "120", "--no-tests=error", "--output-on-failure"],
      ],
    },
  ];
}
