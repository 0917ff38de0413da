// Evaluates a module again and again, as hot reload does, and says what its listeners heard.
const { createHub } = require("millrace");

globalThis.heard = [];
const file = require.resolve("./listening.cjs");
const evaluate = () => {
  delete require.cache[file];
  return require(file);
};

async function main() {
  const hub = createHub({ name: "hot reload" });
  let listening;
  for (let n = 0; n < 3; n++) {
    listening = evaluate();
    await null;
  }
  // What a function subscribes later is its own affair.
  listening.listenLater();
  listening.listenLater();
  for (const room of ["red", "blue"]) await import(`./room.mjs?room=${room}`);
  hub.publish("rooms", { data: "c" });
  hub.publish("news", { data: "a" });
  hub.publish("other", { data: "b" });
  hub.createStream();
  while (globalThis.heard.filter((word) => / b$| connection$/.test(word)).length < 2) await new Promise(setImmediate);
  await new Promise(setImmediate);
  process.stdout.write(JSON.stringify(globalThis.heard.sort()), () => process.exit());
}

void main();
