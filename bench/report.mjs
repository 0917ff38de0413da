// What the bench prints and keeps.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { root } from "../scripts/lib/process.mjs";
import { printTable } from "../scripts/lib/table.mjs";
import { spreads } from "./statistics.mjs";

export function packageVersion(name) {
  const file = join(root, "node_modules", name, "package.json"); // not by require: not every package exports it
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined;
}

function debianVersion(name) {
  try {
    const listed = execFileSync("dpkg-query", ["--show", name], { encoding: "utf8", stdio: "pipe" });
    return listed.trim().split("\t")[1];
  } catch {
    return undefined;
  }
}

/** The versions of the fan-out's peers. */
export function peerVersions() {
  return {
    "better-sse": packageVersion("better-sse"),
    next: packageVersion("next"),
    nginx: debianVersion("nginx"),
    nchan: debianVersion("libnginx-mod-nchan"),
  };
}

/** @param versions of what took part, besides Node and Millrace */
function machine(versions) {
  return {
    date: new Date().toISOString(),
    processor: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: release(),
    versions: { node: process.version, millrace: packageVersion("millrace"), ...versions },
  };
}

const digits = (value) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4);
const shown = (value) => value.toLocaleString("en", { maximumFractionDigits: digits(value) });
const withSpread = (found, scale = 1) =>
  found === undefined
    ? "-"
    : `${shown(found.median / scale)} [${shown(found.min / scale)}..${shown(found.max / scale)}]`;

/** Each figure's column: its heading and what its unit is in ours. */
const columns = {
  deliveriesPerSecond: ["1000 deliveries/s", 1000],
  cpuNsPerDelivery: ["CPU µs a delivery", 1000],
  medianCallNs: ["publish() µs", 1000],
  meanCallNs: ["publish() µs", 1000],
  busyNsPerEvent: ["thread µs an event", 1000],
  p99Ns: ["p99 ms", 1e6],
  bytesPerDelivery: ["bytes a delivery", 1],
  bytesPerConnection: ["KB a connection", 1000],
  addedBytes: ["MB added", 1e6],
};

function described({ peer, path, connections, bytes, kind, together, stalled, gzip, rate }) {
  const more = [
    path?.slice(1),
    kind,
    together && "together",
    stalled && "one stalled",
    gzip && "gzip",
    rate && `${rate}/s`,
    bytes && bytes !== 140 && `${bytes} B`,
  ];
  return [peer, connections.toLocaleString("en"), more.filter(Boolean).join(", ")];
}

/** A table for each measure, with the figures that it has. */
export function printFigures(results) {
  for (const measure of ["burst", "pace", "idle", "lag"]) {
    const entries = [...results.values()].filter((entry) => entry.measurement.measure === measure);
    if (entries.length === 0) continue;
    const all = entries.map((entry) => ({ ...entry, figures: spreads(entry.rounds.filter(Boolean)) }));
    const used = Object.keys(columns).filter((key) => all.some(({ figures }) => figures[key]));
    printTable([
      [measure, "connections", "", ...used.map((key) => columns[key][0]), ""],
      ...all.map(({ measurement, figures, problems }) => [
        ...described(measurement),
        ...used.map((key) => withSpread(figures[key], columns[key][1])),
        problems.length > 0 ? problems[0].split("\n")[0].slice(0, 100) : "",
      ]),
    ]);
  }
}

/** What each side of the client's bench parses a second. */
export function printThroughput(results) {
  const row = ({ measurement, rounds, problems }) => {
    const { millrace, javascript, parser } = spreads(rounds);
    const cells = [millrace, javascript, parser].map((found) => withSpread(found, 1e6));
    return [measurement.workload, measurement.where, ...cells, problems[0] ?? ""];
  };
  const headings = ["MB/s", "", "millrace", "its JavaScript core", "eventsource-parser", ""];
  printTable([headings, ...[...results.values()].map(row)]);
}

export function printVerdicts(verdicts) {
  const bound = ({ atLeast, atMost }) =>
    atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${shown(atMost)}` : "-";
  printTable([
    ["claim", "", "target", "median [min..max]", ""],
    ...verdicts.map((row) => [
      row.title,
      row.what,
      bound(row),
      withSpread(row.median === undefined ? undefined : row),
      row.verdict,
    ]),
  ]);
}

/** What is written to results/fanout.json and results/client.json. */
export function recordOf({ results, verdicts, repeats, quick, seconds, versions }) {
  return {
    machine: machine(versions),
    run: { repeats, quick, seconds: Math.round(seconds) },
    claims: verdicts,
    measurements: [...results.values()].map(({ measurement, rounds, problems }) => ({
      ...measurement,
      figures: spreads(rounds.filter(Boolean)),
      rounds: rounds.filter(Boolean).length,
      ...(problems.length > 0 ? { problems } : {}),
    })),
  };
}
