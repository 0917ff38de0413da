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

/** What the tests in a folder share is made before the first and goes after the last. */
const preparedIn = (folder) => ({
  globalSetup: `<rootDir>/tests/${folder}/prepare.mjs`,
  globalTeardown: `<rootDir>/tests/${folder}/clean-up.mjs`,
});

/** @type {import("jest").Config} */
export default {
  // Ends what hangs, and is no test of speed: on a busy machine a test may take ten times as long as on a quiet one.
  testTimeout: 60_000,
  // scripts/lib/jest.mjs adds one of its own.
  reporters: JSON.parse(process.env.MILLRACE_JEST_REPORTERS ?? '["default"]'),
  projects: [
    project("unit", ["js", "addon", "streams", "wasm"]),
    project("browser", ["browser"], {
      ...preparedIn("browser"),
      testPathIgnorePatterns: ["<rootDir>/tests/browser/slow/"],
    }),
    project("browser-slow", ["browser/slow"], preparedIn("browser")),
    project("package", ["package", "types"], preparedIn("package")),
    project("matrix", ["matrix"], preparedIn("matrix")),
  ],
};
