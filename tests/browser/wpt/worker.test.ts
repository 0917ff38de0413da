import { connection } from "./cases/connection.js";
import { construction } from "./cases/construction.js";
import { listeners } from "./cases/listeners.js";
import { runCases, together } from "./support/cases.js";

runCases(together(construction, listeners, connection), ["dedicated worker", "shared worker"]);
