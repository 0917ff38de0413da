// Everything that needs the demo's server: one file, for they must not run at the same time. A notice goes to all tabs.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DemoFixture } from "../support/demo-fixture.js";
import { testAnswer } from "./answer.js";
import { testBuilds } from "./builds.js";
import { testCatalogue } from "./catalogue.js";
import { testChat } from "./chat.js";
import { testCuts } from "./cuts.js";
import { testEventSource } from "./event-source.js";
import { testLogs } from "./logs.js";
import { testPage } from "./page.js";
import { testPolicies } from "./policy.js";
import { testRefusals } from "./refusals.js";

const folder = mkdtempSync(join(tmpdir(), "millrace-demo-"));
const gate = join(folder, "gate");
execFileSync("mkfifo", [gate]);
afterAll(() => rmSync(folder, { recursive: true }));

// What a build compiles and tests is not this file's matter: the same with the real tools is in ../slow.
const fixture = DemoFixture.use({
  PATH: `${join(import.meta.dirname, "tools")}:${process.env.PATH}`,
  MILLRACE_TEST_GATE: gate,
});

describe("the page", () => testPage(fixture));
describe("a build", () => testBuilds(fixture, () => writeFile(gate, "go on\n")));
describe("a log", () => testLogs(fixture));
describe("an answer", () => testAnswer(fixture));
describe("chats", () => testChat(fixture));
describe("a catalogue", () => testCatalogue(fixture));
describe("what is refused", () => testRefusals(fixture));
describe("a connection that is cut", () => testCuts(fixture));
describe("the browser's EventSource", () => testEventSource(fixture));
describe("a Content-Security-Policy", () => testPolicies(fixture));
