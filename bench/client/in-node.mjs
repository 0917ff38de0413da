// The program in which Node measures one workload: node in-node.mjs <workload> <options as JSON>, started with IPC.
import { measure } from "./measure.mjs";

const [id, options] = process.argv.slice(2);
try {
  process.send({ rounds: await measure(id, JSON.parse(options)) });
} catch (error) {
  process.send({ problem: error.message });
}
process.disconnect();
