// Writes the inputs of tests/vectors as files for libFuzzer: node scripts/lib/fuzz-corpus.mjs FOLDER
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { hashOf, listFiles } from "./files.mjs";
import { root } from "./process.mjs";

const folder = resolve(process.argv[2]);
mkdirSync(folder, { recursive: true });
let count = 0;
for (const file of listFiles(join(root, "tests/vectors")).filter((name) => name.endsWith(".json"))) {
  for (const { input, inputHex, bytes, data, text: plain } of JSON.parse(readFileSync(file, "utf8")).cases) {
    const event = plain ?? (data === undefined ? undefined : JSON.stringify(data));
    // What the encoder must write is a stream, too; an event has a byte before it that says to which size it is cut.
    const text = input ?? bytes ?? (event && `@${event.replaceAll("~", "")}`);
    if (text === undefined && inputHex === undefined) continue;
    const content = text === undefined ? Buffer.from(inputHex, "hex") : Buffer.from(text);
    writeFileSync(join(folder, `vector-${hashOf(content).slice(0, 16)}`), content);
    count += 1;
  }
}
console.log(`Corpus: ${count} inputs of tests/vectors`);
