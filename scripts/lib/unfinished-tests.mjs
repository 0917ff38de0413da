// A reporter of Jest's that keeps a file up to date with what runs at present, so that there is a name for what hangs when
// the whole run has to be killed.
import { writeFileSync } from "node:fs";
import { shown } from "./files.mjs";

export class UnfinishedTests {
  #file;
  /** The test that runs, by the path of its file; an empty name before the first one begins. */
  #running = new Map();

  constructor(_globalConfig, { file }) {
    this.#file = file;
    this.#write();
  }

  onTestFileStart({ path }) {
    this.#running.set(path, "");
    this.#write();
  }

  onTestCaseStart({ path }, { ancestorTitles, title }) {
    this.#running.set(path, [...ancestorTitles, title].join(" › "));
    this.#write();
  }

  onTestFileResult({ path }) {
    this.#running.delete(path);
    this.#write();
  }

  #write() {
    const lines = [...this.#running].map(([path, name]) => (name === "" ? shown(path) : `${shown(path)}: ${name}`));
    writeFileSync(this.#file, lines.join("\n"));
  }
}

// Jest takes a reporter as a default export only.
// biome-ignore lint/style/noDefaultExport: see above
export default UnfinishedTests;
