// Run with NODE_OPTIONS=--experimental-vm-modules: the tests are ECMAScript modules, as the sources are.

/** @type {import("jest").Config} */
const shared = {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts", ".tsx"],
  transform: {
    "\\.tsx?$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2022",
          parser: { syntax: "typescript", tsx: true },
          transform: { react: { runtime: "automatic" } },
        },
      },
    ],
  },
  moduleNameMapper: {
    "^(\\.{1,2}/.*)\\.js$": "$1",
    "^millrace/native$": "<rootDir>/dist/native/index.cjs",
  },
  // Their package.json files would collide with ours by name, and built copies with their sources.
  modulePathIgnorePatterns: [
    "build",
    "dist",
    "examples",
    "tests/package/app",
    "tests/matrix/workspace",
    ".*/\\.next",
  ].map((folder) => `<rootDir>/${folder}/`),
};

const project = (displayName, folders, more = {}) => ({
  ...shared,
  ...more,
  displayName,
  testMatch: folders.map((folder) => `<rootDir>/tests/${folder}/**/*.test.{ts,tsx}`),
});

/** @type {import("jest").Config} */
export default {
  projects: [
    project("unit", ["js", "addon", "wasm"]),
    project("browser", ["browser"]),
    project("package", ["package", "types"], {
      globalSetup: "<rootDir>/tests/package/prepare.mjs",
      globalTeardown: "<rootDir>/tests/package/clean-up.mjs",
    }),
    project("matrix", ["matrix"], {
      globalSetup: "<rootDir>/tests/matrix/prepare.mjs",
      globalTeardown: "<rootDir>/tests/matrix/clean-up.mjs",
    }),
  ],
};
