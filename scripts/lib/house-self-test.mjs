// A check that never fails proves nothing: each of these small trees has one fault, which must be found, at its line.
import { cppClassCases } from "./cpp-class-cases.mjs";
import { cppClassesOf } from "./cpp-classes.mjs";
import { withoutExceptions } from "./exceptions.mjs";
import { checkHouse } from "./house-rules.mjs";
import { withTree } from "./small-tree.mjs";

const lines = (count) => "// a line\n".repeat(count);
const many = (count, one) => Array.from({ length: count }, (_, n) => one(n + 1)).join("\n");

const cppClass = (methods, more = "") =>
  `#pragma once\n\nclass Large {\n public:\n${many(methods, (n) => `  int method${n}() const;`)}\n${more}};\n`;
const scriptClass = (methods, more = "") =>
  `export class Large {\n${many(methods, (n) => `  method${n}(): void {}`)}\n${more}}\n`;
const flags = (count) => `struct Flags {\n${many(count, (n) => `  bool is${n} = false;`)}\n};\n`;

/** { name, files, found: [[path, line, part of the message]] } */
const faults = [
  {
    name: "three files that import each other, one of them a type",
    files: {
      "js/src/core/a.ts": 'import { b } from "./b.js";\n',
      "js/src/core/b.ts": 'import type { C } from "../shared/c.js";\n',
      "js/src/shared/c.tsx": 'export type C = import("../core/a.js").A;\n',
    },
    found: [
      ["js/src/core/a.ts", 1, "circle of imports with js/src/core/b.ts, js/src/shared/c.tsx"],
      ["js/src/core/b.ts", 1, "circle of imports"],
      ["js/src/shared/c.tsx", 1, "circle of imports"],
    ],
  },
  {
    name: "two headers that include each other",
    files: {
      "native/core/log/a.hpp": '#include "core/log/b.hpp"\n',
      "native/core/log/b.hpp": '#include "core/log/a.hpp"\n',
    },
    found: [
      ["native/core/log/a.hpp", 1, "circle of imports with native/core/log/b.hpp"],
      ["native/core/log/b.hpp", 1, "circle of imports with native/core/log/a.hpp"],
    ],
  },
  {
    name: "a header of wasm that includes itself",
    files: { "wasm/text/a.hpp": '#include "wasm/text/a.hpp"\n' },
    found: [["wasm/text/a.hpp", 1, "uses itself"]],
  },
  { name: "301 lines", files: { "wasm/text/a.cpp": lines(301) }, found: [["wasm/text/a.cpp", 301, "301 lines"]] },
  {
    name: "301 lines of which the last is not ended",
    files: { "js/src/core/a.ts": `${lines(300)}// one more` },
    found: [["js/src/core/a.ts", 301, "301 lines"]],
  },
  {
    name: "26 public methods in C++",
    files: { "native/io/a.hpp": cppClass(26) },
    found: [["native/io/a.hpp", 3, "Large has 26 public methods"]],
  },
  {
    name: "26 public methods in TypeScript, with accessors, static ones and functions as properties",
    files: {
      "js/src/server/a.ts": scriptClass(
        22,
        "get a() { return 1; }\nstatic b() {}\nc = () => {};\npublic async *d() {}\n",
      ),
    },
    found: [["js/src/server/a.ts", 1, "Large has 26 public methods"]],
  },
  {
    name: "four flags in the hub",
    files: { "native/core/hub/a.hpp": flags(4) },
    found: [["native/core/hub/a.hpp", 1, "Flags has 4 bools (is1, is2, is3, is4)"]],
  },
];

/** What is allowed and looks nearly like a fault. */
const sound = {
  "native/core/hub/a.hpp": `${flags(3)}${lines(295)}`,
  "native/core/log/flags.hpp": flags(9),
  "native/io/large.hpp": cppClass(
    25,
    "  Large();\n  ~Large();\n  Large(const Large&) = delete;\n  void gone() = delete;\n  bool operator==(const Large&) const;\n" +
      "  int method1(int more);\n protected:\n  void hidden();\n private:\n  void hiddenToo();\n",
  ),
  "js/src/server/large.ts": scriptClass(
    25,
    "constructor() {}\nget size() { return this.#a(); }\nset size(to) {}\n#a() {}\nprivate b() {}\nprotected c() {}\nd = 1;\n",
  ).replace("method25", "size"),
  "js/src/core/generated/long.ts": lines(1000),
  "js/src/core/a.ts": 'import "./b.js";\n// import "./c.js"\n',
  "js/src/core/b.ts": 'import "./c.js";\n',
  "js/src/core/c.ts": 'export const text = `import "./a.js"`;\n',
};

const problemsOf = (files) => withTree(files, (root) => checkHouse(root).problems);
const shown = (problems) => JSON.stringify(problems.map(({ path, line, message }) => [path, line, message]));

function checkFault({ name, files, found }) {
  const problems = problemsOf(files);
  const isAsExpected =
    problems.length === found.length &&
    found.every(([path, line, part]) =>
      problems.some((problem) => problem.path === path && problem.line === line && problem.message.includes(part)),
    );
  return isAsExpected ? [] : [`${name}: found ${shown(problems)}`];
}

function checkCppClasses({ name, text, classes }) {
  const found = cppClassesOf(text).map((each) => [
    each.name,
    [...each.publicMethods].join(" "),
    each.boolMembers.join(" "),
  ]);
  return JSON.stringify(found) === JSON.stringify(classes) ? [] : [`${name}: found ${JSON.stringify(found)}`];
}

const long = { rule: "lines", place: "a.ts", path: "a.ts", line: 301, message: "301 lines" };
const exceptFor = (rule, ...places) => [{ rule, places, reason: "being mended" }];

/** [what, exceptions from `long`, how many problems are left, part of the first one's message] */
const exceptionCases = [
  ["an exception covers its place", exceptFor("lines", "a.ts"), 0],
  ["an exception covers no other rule", exceptFor("bools", "a.ts"), 2, "301 lines"],
  ["an exception that is not needed", exceptFor("lines", "a.ts", "b.ts"), 1, "no longer needs its exception"],
];

function checkExceptions([name, exceptions, count, part = ""]) {
  const left = withoutExceptions([long], exceptions);
  const isAsExpected = left.length === count && (count === 0 || left[0].message.includes(part));
  return isAsExpected ? [] : [`${name}: left ${shown(left)}`];
}

/** Gives what went wrong; an empty list is a pass. */
export function selfTest() {
  const failures = [
    ...problemsOf(sound).map(({ path, line, message }) => `the sound tree: ${path}:${line}: ${message}`),
    ...faults.flatMap(checkFault),
    ...cppClassCases.flatMap(checkCppClasses),
    ...exceptionCases.flatMap(checkExceptions),
  ];
  return { cases: 1 + faults.length + cppClassCases.length + exceptionCases.length, failures };
}
