// The tests of users, in projects as they have them: what Jest and Vitest do by default, and `node --test`.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tarball, work } from "./bare-app.js";
import { run } from "./command.js";

const root = join(import.meta.dirname, "../..");
const MINUTES = 180_000;
const project = join(work, "user-tests");

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;

/** In the versions of this tree, where it has them. */
const PACKAGES = {
  ...Object.fromEntries(
    ["jest", "jest-environment-jsdom", "@swc/core", "@swc/jest", "@testing-library/react", "react", "react-dom"].map(
      (name) => [name, versionOf(name)],
    ),
  ),
  "@babel/preset-env": "^7.28.0",
  "@babel/preset-react": "^7.28.0",
  "@testing-library/dom": "^10.4.0",
  "happy-dom": "^20.0.0",
  vitest: "^4.0.0",
};

/** As a user starts it: without what our own Jest is started with. */
const tool = (file: string, args: readonly string[]) =>
  run(process.execPath, [join(project, "node_modules", file), ...args], project, {
    NODE_OPTIONS: "",
    NODE_ENV: "test",
    JEST_WORKER_ID: "",
    NO_COLOR: "1",
  });

beforeAll(async () => {
  mkdirSync(project, { recursive: true });
  const dependencies = { ...PACKAGES, millrace: `file:${tarball}` };
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user-tests", private: true, dependencies }));
  cpSync(join(root, "tests/package/user-tests"), join(project, "tests"), { recursive: true });
  writeFileSync(
    join(project, "babel.config.js"),
    `module.exports = { presets: [["@babel/preset-env", { targets: { node: "current" } }], ["@babel/preset-react", { runtime: "automatic" }]] };`,
  );
  const swc = [
    "@swc/jest",
    { jsc: { parser: { syntax: "ecmascript", jsx: true }, transform: { react: { runtime: "automatic" } } } },
  ];
  const configs = {
    babel: {},
    swc: { transform: { "\\.jsx$": swc } },
  };
  for (const [name, config] of Object.entries(configs))
    writeFileSync(join(project, `jest.${name}.json`), JSON.stringify({ testEnvironment: "jsdom", ...config }));
  writeFileSync(
    join(project, "vitest.config.mjs"),
    `export default { test: { globals: true, include: ["tests/*.test.jsx"] } };`,
  );
  await run("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], project);
}, MINUTES);

test.each(["babel", "swc"])(
  "Jest as it comes, in CommonJS, with %s",
  async (name) => {
    const output = await tool("jest/bin/jest.js", ["--config", `jest.${name}.json`]);
    expect(output).toMatch(/Tests: +4 passed, 4 total/);
  },
  MINUTES,
);

test.each(["jsdom", "happy-dom"])(
  "Vitest in %s",
  async (environment) => {
    const output = await tool("vitest/vitest.mjs", ["run", "--environment", environment]);
    expect(output).toMatch(/Tests +4 passed \(4\)/);
  },
  MINUTES,
);

test.each(["cjs", "mjs"])(
  "node --test, in a module of %s",
  async (type) => {
    const load = (name: string, from: string) =>
      type === "cjs" ? `const { ${name} } = require("${from}");` : `import { ${name} } from "${from}";`;
    writeFileSync(
      join(project, `plain.test.${type}`),
      `${load("test", "node:test")}
      ${load("equal", "node:assert/strict")}
      ${load("createSSEStream, sseResponse", "millrace")}
      ${load("SSEClient", "millrace/client")}
      test("an answer", async () => {
        const fetch = async () => {
          const { stream, send, close } = createSSEStream();
          send({ event: "token", data: " 7", raw: true });
          close("told");
          return sseResponse(stream);
        };
        const client = new SSEClient("http://host/", { fetch, body: "ask" });
        const tokens = [];
        client.on("token", (token) => tokens.push(token));
        const { reason } = await new Promise((resolve) => client.addEventListener("close", resolve));
        equal(JSON.stringify([tokens, reason, client.completed]), '[[" 7"],"told",true]');
      });`,
    );
    const output = await run(process.execPath, ["--test", `plain.test.${type}`], project, { NODE_OPTIONS: "" });
    expect(output).toMatch(/pass 1\b/);
  },
  MINUTES,
);
