// The claims, in the order of the table. Each:
//   id, title
//   needs      measurements (measure/index.mjs) by the name that the targets use
//   targets    { what, value(measured) → number, atLeast | atMost | neither }
//   once       taken in the first round only
import { bursts } from "./bursts.mjs";
import { memory } from "./memory.mjs";
import { pacing } from "./pacing.mjs";

const all = [...bursts, ...pacing, ...memory];

export const claims = [...all.filter((claim) => !claim.once), ...all.filter((claim) => claim.once)];
