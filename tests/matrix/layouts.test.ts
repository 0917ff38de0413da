// Where applications have Millrace, and what they are built with: App Router only, started, and as a standalone server that was
// moved to where nothing else is.
import { renameSync } from "node:fs";
import { join } from "node:path";
import { nextBin } from "../../scripts/lib/next.mjs";
import { run, startServer } from "../package/command.js";
import { streamsAcrossRoutes } from "../package/streams-across-routes.js";

const MINUTES = 60_000;
const work = process.env.MILLRACE_MATRIX_WORK ?? "";

interface Layout {
  readonly name: string;
  /** What moves away: the repository. */
  readonly repository: string;
  /** The application in it. */
  readonly app: string;
  readonly env?: Readonly<Record<string, string>>;
}

const layouts: readonly Layout[] = [
  { name: "an application installed by npm", repository: "npm", app: "." },
  {
    name: "an application of a pnpm workspace, with withMillrace",
    repository: "pnpm",
    app: "apps/direct",
    env: { WITH_MILLRACE: "1" },
  },
  {
    name: "an application that has Millrace only through packages of its workspace",
    repository: "pnpm",
    app: "apps/web",
  },
];

/** Runs it with the repository somewhere else, so that nothing of it is found by an address of build time. */
async function withoutRepository(repository: string, body: () => Promise<void>): Promise<void> {
  const folder = join(work, repository);
  renameSync(folder, `${folder}-gone`);
  try {
    await body();
  } finally {
    renameSync(`${folder}-gone`, folder);
  }
}

async function expectStreams(args: readonly string[], cwd: string, env: Layout["env"]): Promise<void> {
  const server = await startServer(process.execPath, args, cwd, env);
  try {
    await streamsAcrossRoutes(server.url);
    const edge = await fetch(`${server.url}/api/edge`);
    if (edge.status === 404) return;
    const message = expect.stringMatching(/needs Node.*remove `export const runtime = "edge"`/);
    expect(await edge.json()).toEqual({ name: "SSEError", code: "UNSUPPORTED_RUNTIME", message });
  } finally {
    await server.stop();
  }
}

describe.each(layouts)("$name", ({ repository, app, env }) => {
  test.each(["turbopack", "webpack"])(
    "is built with %s, starts, and moves",
    async (bundler) => {
      const folder = join(work, repository, app);
      const distDir = `.next-${bundler}`;
      const all = { DIST_DIR: distDir, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", NODE_OPTIONS: "", ...env };
      await run(process.execPath, [nextBin(folder), "build", `--${bundler}`], folder, all);
      await expectStreams([nextBin(folder), "start", "-H", "127.0.0.1"], folder, all);
      const moved = join(work, `moved-${bundler}-${app.replace(/\W/g, "")}`);
      renameSync(join(folder, distDir, "standalone"), moved);
      await withoutRepository(repository, () => expectStreams(["server.js"], join(moved, app), all));
    },
    5 * MINUTES,
  );
});
