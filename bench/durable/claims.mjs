// What is claimed of a hub with a file; see claims/index.mjs.
const over = (key, ours, theirs) => (m) => m[ours][key] / m[theirs][key];
const publish = (store, more) => ({ measure: "publish", store, readers: 0, ...more });
const acknowledge = (side, more = {}) => ({ measure: "acknowledge", side, ...more });
const restart = (more) => ({ measure: "restart", channels: 1000, ...more });
const live = (from) => ({ measure: "live", from });
const MiB = 1024 ** 2;

const publishing = [
  { readers: 0, title: "nobody reads" },
  { readers: 50, title: "50 readers" },
  { readers: 0, perTurn: 100, title: "nobody reads, 100 a turn" },
].map(({ title, ...more }) => ({
  id: "publish",
  title: `publishes a second, 140 B, ${title}`,
  needs: { batch: publish("batch", more), memory: publish("memory", more) },
  targets: [
    { what: "batch × memory, stored and read", value: over("publishesPerSecond", "batch", "memory"), atLeast: 0.7 },
    { what: "batch × memory, the calls alone", value: over("acceptedPerSecond", "batch", "memory") },
  ],
}));

export const claims = [
  ...publishing,
  {
    id: "acknowledge",
    title: "acknowledged a second, 64 × 16 on their way",
    needs: {
      channels: acknowledge("millrace"),
      one: acknowledge("millrace", { ownChannels: false }),
      sqlite: acknowledge("better-sqlite3"),
      disk: { measure: "sync" },
    },
    targets: [
      { what: "64 channels × better-sqlite3", value: over("perSecond", "channels", "sqlite"), atLeast: 100 },
      { what: "one channel × better-sqlite3", value: over("perSecond", "one", "sqlite"), atLeast: 100 },
      { what: "ms of one fdatasync", value: (m) => m.disk.syncMs },
    ],
  },
  {
    id: "replay",
    title: "10,000 events of a cold channel",
    needs: {
      millrace: { measure: "replay", side: "millrace" },
      sqlite: { measure: "replay", side: "better-sqlite3" },
    },
    targets: [{ what: "times as fast as better-sqlite3", value: over("replayMs", "sqlite", "millrace"), atLeast: 10 }],
  },
  {
    id: "storm",
    title: "live p99, 1,000 clients replay 10,000 each",
    needs: { file: live("file"), memory: live("memory"), none: live("none") },
    targets: [
      { what: "from the file × no storm", value: over("p99Ns", "file", "none"), atMost: 1.2 },
      { what: "from memory × no storm", value: over("p99Ns", "memory", "none") },
      { what: "from the file × from memory", value: over("p99Ns", "file", "memory") },
    ],
  },
  {
    id: "storm",
    title: "memory of that storm, at its peak",
    needs: { file: live("file"), memory: live("memory") },
    targets: [
      {
        // What Node needs for a thousand requests is in both.
        what: "MiB more than from memory, the first",
        value: (m) => (m.file.growthBytes - m.memory.growthBytes) / MiB,
        atMost: 16, // replayBytes
      },
      { what: "MiB, the first from the file", value: (m) => m.file.growthBytes / MiB },
      { what: "MiB, another behind it", value: (m) => m.file.laterGrowthBytes / MiB },
      { what: "MiB, as many clients who read nothing", value: (m) => m.file.idleGrowthBytes / MiB },
    ],
  },
  ...[
    { title: "1,000 channels, killed", one: restart({}) },
    { title: "1,000 channels, ended", one: restart({ end: "ended" }) },
    { title: "1,000 channels, killed, not cached", one: restart({ cached: false }) },
    { title: "100,000 channels, killed", one: restart({ channels: 100_000 }) },
  ].map(({ title, one }) => ({
    id: "restart",
    title: `first event after a restart, 1 GB, ${title}`,
    needs: { one },
    targets: [
      { what: "ms from the hub's first use", value: (m) => m.one.firstUseMs, atMost: 1000 },
      { what: "ms from the process's start", value: (m) => m.one.processMs },
    ],
  })),
];
