// Builds and runs the simulation (tests/sim), and programs in which a bug was planted, which it has to find.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cmakeBuild, cmakeConfigure } from "../build.mjs";
import { cores, root, run } from "./process.mjs";

/** In so many steps each planted bug is to be found. */
export const MOST_STEPS = 500_000;
const folder = join(root, "build/release/tests/sim");
const programOf = (name) => join(folder, name);

/** Runs it with these arguments. Gives what `run` gives. */
export async function runSimulation(args, options) {
  await cmakeBuild("release", "millrace_sim");
  return run(programOf("millrace_sim"), args, options);
}

/** The seed, the steps until it was found, and those of the shrunk schedule, of what a run has printed. */
function findingOf(output) {
  const found = /^seed (\d+) broke something after (\d+) steps in all: ([\w-]+):/m.exec(output);
  const shrunk = /^\((\d+) steps; as a file/m.exec(output);
  return found === null ? undefined : { seed: found[1], steps: found[2], kind: found[3], shrunk: shrunk?.[1] ?? "-" };
}

/** Gives { ok, output, rows }: of each bug its name, and of what was found the seed, steps, steps after shrinking, and the kind. */
export async function runPlantedBugs({ timeoutMs } = {}) {
  const bugs = JSON.parse(readFileSync(join(root, "tests/sim/planted_bugs.json"), "utf8"));
  const set = (value) => run("cmake", ["--preset", "release", `-DMILLRACE_PLANTED_BUGS=${value}`]);
  const rows = [];
  let output = "";
  try {
    await cmakeConfigure("release");
    const configured = await set("ON");
    if (!configured.ok) return { ...configured, rows };
    await cmakeBuild("release", "millrace_planted_bugs");
    for (const { name } of bugs) {
      const args = [`--steps=${MOST_STEPS}`, `--jobs=${cores}`, "--attempts=400"];
      const result = await run(programOf(`millrace_sim_${name}`), args, { timeoutMs });
      const finding = findingOf(result.output);
      if (result.ok || finding === undefined) output += `${name} was not found\n${result.output}\n`;
      rows.push([
        name,
        finding?.seed ?? "-",
        finding?.steps ?? "-",
        finding?.shrunk ?? "-",
        finding?.kind ?? "NOT FOUND",
      ]);
    }
  } finally {
    // Else a change of the product that a bug no longer fits would stop every build.
    await set("OFF");
  }
  return { ok: output === "", output, rows };
}
