import { withoutExceptions } from "./exceptions.mjs";
import { exceptions } from "./house-exceptions.mjs";
import { root } from "./process.mjs";

/**
 * Runs a check over the project, or with `--self-test` over trees that have a fault each; prints what it found, and ends
 * the process. `rules`: the names of those that `check` knows.
 */
export function runCheck({ name, check, rules, selfTest }) {
  if (process.argv.includes("--self-test")) {
    const { cases, failures } = selfTest();
    for (const failure of failures) console.error(failure);
    console.log(`${name}: ${cases - failures.length} of ${cases} cases behave`);
    process.exit(failures.length === 0 ? 0 : 1);
  }
  const { checked, problems } = check(root);
  const own = exceptions.filter(({ rule }) => rules.includes(rule));
  const left = withoutExceptions(problems, own);
  for (const { path, line, message } of left) console.error(`${path}:${line}: ${message}`);
  const excepted = own.reduce((count, { places }) => count + places.length, 0);
  console.log(`${name}: ${checked} files, ${left.length} problems; ${excepted} exceptions`);
  process.exit(left.length === 0 ? 0 : 1);
}
