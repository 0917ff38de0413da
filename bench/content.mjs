// The content bench: what looking into an event costs, from text to text, beside what applications write themselves and fast-redact.
//   node bench/content.mjs [--quick]
// Prints a table and writes bench/results/content.json. Sides are measured in turns; a ratio is that of a round.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import fastRedact from "fast-redact";
import microdiff from "microdiff";
import { createHub, policies } from "../dist/esm/server/index.js";
import { root } from "../scripts/lib/process.mjs";
import { redactByHand, shortRules, truncateByHand } from "./content/by-hand.mjs";
import { clean, largeList, largeTexts, withSecret, workflow } from "./content/events.mjs";
import { packageVersion, printVerdicts, recordOf } from "./report.mjs";
import { spread } from "./statistics.mjs";

const quick = process.argv.includes("--quick");
const [repeats, sampleMs] = quick ? [3, 20] : [15, 150];
const { Document, Shaper } = createRequire(import.meta.url)("../dist/native/index.cjs").binding;

const redact = { keys: [], paths: [], patterns: [], emails: false };
const redactor = new Shaper({ redact, maxBytes: 10 * 1024 * 2 });
const truncater = new Shaper({ maxBytes: 10 * 1024, oversize: "truncate" });
const cleanText = JSON.stringify(clean());
const secretText = JSON.stringify(withSecret());
const [listText, textsText] = [JSON.stringify(largeList()), JSON.stringify(largeTexts())];
const redactPath = fastRedact({ paths: ["records[*].metadata.password"], censor: "[REDACTED]" });

/** Nanoseconds a call, over some time. */
function nanosOf(call) {
  const end = process.hrtime.bigint() + BigInt(sampleMs * 1e6);
  const began = process.hrtime.bigint();
  let calls = 0;
  let now = began;
  for (; now < end; now = process.hrtime.bigint()) {
    call();
    calls += 1;
  }
  return Number(now - began) / calls;
}

/** A word of its own for each number: numbers would be masked, and the events similar. */
const letters = (n) => [...String(n)].map((digit) => "abcdefghij"[digit]).join("");

/** Publishes one event into each of many channels, which no rate concerns then. */
function publisher(options) {
  const hub = createHub({ name: JSON.stringify(options), history: { events: 10 }, ...options });
  const [first] = clean().records;
  const data = (n) => ({ ...first, message: `${first.message} ${letters(n)}`, duration: n });
  let n = 0;
  return () => hub.publish(`logs:${n++ % 50_000}`, { event: "log", data: data(n) });
}

/** Two states of 100 KB by turns, with one change between them. */
const states = [workflow(550, 998), workflow(550, 999)];
const stateTexts = states.map((state) => JSON.stringify(state));
const documents = createHub({ name: "documents" });
const nativeDocument = new Document("documents", "native", {
  snapshot: "state",
  patch: "patch",
  changes: [],
  parts: {},
});
const document = documents.document("public");
let turns = 0;
const inTurns = (act) => () => act(turns++ % 2);

const claims = [
  {
    id: "difference",
    title: "from the text of a 100 KB state to the text of its one change",
    sides: {
      millrace: inTurns((at) => nativeDocument.set(stateTexts[at])), // which publishes it, too
      deepDiff: inTurns((at) => JSON.stringify(microdiff(states[1 - at], JSON.parse(stateTexts[at])))),
    },
    targets: [{ what: "× parse, microdiff, stringify", of: "deepDiff", atLeast: 5 }],
  },
  {
    id: "document",
    title: "from a 100 KB state as an object to its one change, published",
    sides: {
      millrace: inTurns((at) => document.set(states[at])),
      deepDiff: inTurns((at) => JSON.stringify(microdiff(states[1 - at], structuredClone(states[at])))),
    },
    targets: [{ what: "× clone, microdiff, stringify", of: "deepDiff" }],
  },
  {
    id: "clean",
    title: "redact and check the size of a clean 10 KB event",
    sides: {
      millrace: () => redactor.shape(cleanText, false),
      byHand: () => redactByHand(cleanText, 20 * 1024),
      shortList: () => redactByHand(cleanText, 20 * 1024, shortRules),
    },
    targets: [
      { what: "× parse, walk, stringify", of: "byHand", atLeast: 20 },
      { what: "× the same with a short list of rules", of: "shortList" },
    ],
  },
  {
    id: "secret",
    title: "redact one secret in a 10 KB event",
    sides: {
      millrace: () => redactor.shape(secretText, false),
      byHand: () => redactByHand(secretText, 20 * 1024),
      fastRedact: () => redactPath(JSON.parse(secretText)),
    },
    targets: [
      { what: "× parse, fast-redact by path", of: "fastRedact", atLeast: 3 },
      { what: "× parse, walk, stringify", of: "byHand", atLeast: 5 },
    ],
  },
  {
    id: "list",
    title: "truncate 1 MB to 10 KB: a list of records",
    sides: {
      millrace: () => truncater.shape(listText, false),
      byHand: () => truncateByHand(listText, 200, 40),
    },
    targets: [{ what: "× parse, walk, stringify", of: "byHand", atLeast: 5 }],
  },
  {
    id: "texts",
    title: "truncate 1 MB to 10 KB: two long texts",
    sides: {
      millrace: () => truncater.shape(textsText, false),
      byHand: () => truncateByHand(textsText, 5000, 40),
    },
    targets: [{ what: "× parse, walk, stringify", of: "byHand", atLeast: 5 }],
  },
  {
    id: "publish",
    title: "publish over channels with the logs policy",
    sides: { millrace: publisher({ policies: [{ match: "logs:*", ...policies.logs }] }), plain: publisher({}) },
    targets: [{ what: "× without a policy", of: "plain", atMost: 1.5, isCost: true }],
  },
];

/** What is measured does what it says. */
function check() {
  const fails = (what) => {
    throw new Error(`content: ${what}`);
  };
  if (redactor.shape(cleanText, false) !== null) fails("the clean event is not");
  if (redactByHand(cleanText, 20 * 1024) !== cleanText) fails("the clean event is not, by hand");
  const expected = secretText.replace("hunter2", "[REDACTED]");
  for (const one of [
    redactor.shape(secretText, false),
    redactByHand(secretText, 20 * 1024),
    redactPath(JSON.parse(secretText)),
  ]) {
    if (one !== expected) fails("the secret stays");
  }
  if (JSON.stringify(microdiff(...states)).length > 200) fails("the states have more than one change between them");
  for (const text of stateTexts) {
    nativeDocument.set(text);
    if (nativeDocument.json() !== text) fails("the document is not what was set");
  }
  for (const text of [listText, textsText]) {
    const cut = truncater.shape(text, false);
    JSON.parse(cut);
    if (Buffer.byteLength(cut) > 10 * 1024) fails("the cut event is too large");
  }
  for (const cut of [truncateByHand(listText, 200, 40), truncateByHand(textsText, 5000, 40)]) {
    if (Buffer.byteLength(cut) > 12 * 1024) fails("the event that is cut by hand is too large");
  }
}

check();
const began = performance.now();
const results = new Map();
for (const { id, sides } of claims) {
  const entry = { measurement: { measure: "content", id }, rounds: [], problems: [] };
  results.set(id, entry);
  for (const call of Object.values(sides)) nanosOf(call); // warm
  for (let round = 0; round < repeats; round += 1) {
    const names = Object.keys(sides);
    if (round % 2 === 1) names.reverse();
    entry.rounds.push(Object.fromEntries(names.map((name) => [name, nanosOf(sides[name])])));
  }
}
const verdicts = claims.flatMap(({ id, title, targets }) =>
  targets.map(({ what, of, atLeast, atMost, isCost = false }) => {
    const ratio = (round) => (isCost ? round.millrace / round[of] : round[of] / round.millrace);
    const found = spread(results.get(id).rounds.map(ratio));
    const isMet = found.median >= (atLeast ?? 0) && found.median <= (atMost ?? Infinity);
    const hasTarget = atLeast !== undefined || atMost !== undefined;
    const verdict = hasTarget ? (isMet ? "met" : "missed") : "";
    return { claim: id, title, what, atLeast, atMost, ...found, verdict };
  }),
);
for (const { id } of claims) {
  const rounds = results.get(id).rounds;
  const figures = Object.keys(rounds[0]).map(
    (name) => `${name} ${(spread(rounds.map((round) => round[name])).median / 1000).toFixed(1)} µs`,
  );
  console.log(`${id}: ${figures.join(", ")}`);
}
printVerdicts(verdicts);
const seconds = (performance.now() - began) / 1000;
const versions = { "fast-redact": packageVersion("fast-redact"), microdiff: packageVersion("microdiff") };
if (!quick) {
  const record = recordOf({ results, verdicts, repeats, quick, seconds, versions });
  writeFileSync(join(root, "bench/results/content.json"), `${JSON.stringify(record, null, 2)}\n`);
}
process.exit();
