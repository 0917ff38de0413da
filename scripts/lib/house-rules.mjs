// What the sources must not become: circles of imports, long files, large classes, and a hub of flags.
// scripts/check-house runs this; what may break a rule for now is in house-exceptions.mjs.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { circlesOf } from "./circles.mjs";
import { cppClassesOf } from "./cpp-classes.mjs";
import { listFiles } from "./files.mjs";
import { includesOf } from "./includes.mjs";
import { scriptClassesOf } from "./script-classes.mjs";

const MOST_LINES = 300;
const MOST_PUBLIC_METHODS = 25;
const MOST_BOOLS = 3;
/** Where a class or struct may have no more than MOST_BOOLS bools: a stage is one enum. */
const FEW_BOOLS = "native/core/hub/";

/** The rules' names, as exceptions give them. */
export const houseRules = ["circle", "lines", "public-methods", "bools"];

const isCpp = (path) => /\.[ch]pp$/.test(path);

/** The sources: { path, text }; what is generated is nobody's to keep short. */
function sourcesOf(root) {
  return ["native", "wasm", "js/src"].flatMap((folder) =>
    listFiles(join(root, folder))
      .map((file) => ({ file, path: file.slice(root.length + 1).replaceAll("\\", "/") }))
      .filter(({ path }) => !path.includes("/generated/") && (isCpp(path) || /\.tsx?$/.test(path)))
      .map(({ file, path }) => ({ path, text: readFileSync(file, "utf8") })),
  );
}

/** The files of ours that a file includes or imports, those of type-only imports too. */
function usedBy(root, { path, text }) {
  const isThere = (candidate) => existsSync(join(root, candidate));
  const names = isCpp(path)
    ? includesOf(text).map(({ name }) => [posix.join("native", name), name, posix.join(posix.dirname(path), name)])
    : ts
        .preProcessFile(text, true, true)
        .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
        .map(({ fileName }) => posix.join(posix.dirname(path), fileName).replace(/\.jsx?$/, ""))
        .map((name) => [`${name}.ts`, `${name}.tsx`]);
  return new Set(names.map((candidates) => candidates.find(isThere)).filter((used) => used !== undefined));
}

/** One problem for each file of a circle, so that an exception for some does not cover others. */
function checkCircles(root, sources) {
  const graph = new Map(sources.map((source) => [source.path, usedBy(root, source)]));
  return circlesOf(graph).flatMap((circle) =>
    circle.map((path) => {
      const others = circle.filter((other) => other !== path).join(", ");
      const message = others === "" ? "uses itself" : `is in a circle of imports with ${others}`;
      return { rule: "circle", place: path, path, line: 1, message };
    }),
  );
}

function checkFile({ path, text }) {
  const problems = [];
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines > MOST_LINES) {
    const message = `${lines} lines; a file has at most ${MOST_LINES}`;
    problems.push({ rule: "lines", place: path, path, line: MOST_LINES + 1, message });
  }
  const classes = isCpp(path) ? cppClassesOf(text) : scriptClassesOf(path, text);
  for (const { name, line, publicMethods, boolMembers = [] } of classes) {
    const report = (rule, message) => problems.push({ rule, place: `${path} ${name}`, path, line, message });
    if (publicMethods.size > MOST_PUBLIC_METHODS) {
      report(
        "public-methods",
        `${name} has ${publicMethods.size} public methods; a class has at most ${MOST_PUBLIC_METHODS}`,
      );
    }
    if (path.startsWith(FEW_BOOLS) && boolMembers.length > MOST_BOOLS) {
      const names = boolMembers.join(", ");
      report(
        "bools",
        `${name} has ${boolMembers.length} bools (${names}); a class of the hub has at most ${MOST_BOOLS}`,
      );
    }
  }
  return problems;
}

/** Checks the tree at `root`. Gives { checked, problems: [{ rule, place, path, line, message }] }. */
export function checkHouse(root) {
  const sources = sourcesOf(root);
  return { checked: sources.length, problems: [...checkCircles(root, sources), ...sources.flatMap(checkFile)] };
}
