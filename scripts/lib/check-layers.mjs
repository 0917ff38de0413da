import { checkLayers } from "./layers.mjs";
import { selfTest } from "./layers-self-test.mjs";
import { root } from "./process.mjs";

if (process.argv.includes("--self-test")) {
  const { cases, failures } = selfTest();
  for (const failure of failures) console.error(failure);
  console.log(`check-layers: ${cases - failures.length} of ${cases} cases behave`);
  process.exit(failures.length === 0 ? 0 : 1);
}
const { checked, problems } = checkLayers(root);
for (const { path, line, rule } of problems) console.error(`${path}:${line}: ${rule}`);
console.log(`check-layers: ${checked} files, ${problems.length} forbidden arrows`);
process.exit(problems.length === 0 ? 0 : 1);
