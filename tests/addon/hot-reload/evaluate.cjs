// Evaluates modules as Vite's module runner does, by eval, so that behind an await nobody stands above them; says which
// listeners there are after each evaluation.
const { createHub } = require("millrace");

const AsyncFunction = (async () => {}).constructor;
const hub = createHub({ name: "evaluated" });
let heard = [];
const say = (word) => () => heard.push(word);

async function listeners() {
  heard = [];
  let isOver = false;
  const stop = hub.subscribe("a", () => {
    isOver = true;
  });
  hub.publish("a", { data: 0 });
  while (!isOver) await new Promise(setImmediate);
  await new Promise(setImmediate); // whoever else hears it
  stop();
  return heard.sort().join(", ");
}

/** One module, evaluated once for each source; what a source subscribes is gone for the next module. */
async function evaluations(file, sources) {
  const seen = [];
  for (const source of sources) {
    await new AsyncFunction("hub", "say", `"use strict";${source}\n//# sourceURL=${file}`)(hub, say);
    seen.push(await listeners());
  }
  await new AsyncFunction("hub", "say", `hub.subscribe("b", say);\n//# sourceURL=${file}`)(hub, say);
  return seen;
}

const TWO = 'hub.subscribe("a", say("first")); await Promise.resolve(); hub.subscribe("a", say("second"));';

async function main() {
  const seen = {
    "behind an await": await evaluations("/app/await.ts", [TWO, TWO, TWO.replaceAll("say(", "say('new ' + "), TWO]),
    "in a loop": await evaluations(
      "/app/loop.ts",
      Array(2).fill('await null; for (const n of [1, 2, 3]) hub.subscribe("a", say(n));'),
    ),
    "by a channel": await evaluations("/app/channel.ts", Array(2).fill('hub.channel("a").subscribe(say("channel"));')),
  };
  process.stdout.write(JSON.stringify(seen), () => process.exit());
}

setImmediate(main); // when nothing stands above it, as above what a server is asked for
