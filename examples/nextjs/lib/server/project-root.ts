import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Millrace's own folder: MILLRACE_ROOT, or the nearest one upwards whose CMakeLists.txt is Millrace's. */
export function findProjectRoot(): string {
  const given = process.env.MILLRACE_ROOT;
  if (given) return given;
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (isProject(folder)) return folder;
    if (folder === dirname(folder)) throw new Error("No CMakeLists.txt of Millrace above here; set MILLRACE_ROOT");
  }
}

function isProject(folder: string): boolean {
  const file = join(/* turbopackIgnore: true */ folder, "CMakeLists.txt");
  return existsSync(file) && readFileSync(file, "utf8").includes("project(millrace");
}
