// Events at a steady rate: processor time, latency, and how long a broadcast holds the JavaScript thread.
const pace = (peer, more = {}) => ({ measure: "pace", peer, connections: 1000, bytes: 140, ...more });
const over = (key, ours, theirs) => (m) => m[ours][key] / m[theirs][key];

const paced = {
  millrace: pace("millrace"),
  "better-sse": pace("better-sse"),
  "res-write": pace("res-write"),
  nchan: pace("nchan"),
  bare: pace("bare"),
};
const large = { bytes: 4096, seconds: 4 };
const gzip = { bytes: 4096, content: "records" };

const sizes = [
  { connections: 100, rate: 50 },
  { connections: 10_000, rate: 5 },
];

export const pacing = [
  {
    id: "thread",
    title: "JavaScript-thread time of a broadcast",
    needs: {
      "millrace, 10": pace("millrace", { connections: 10, rate: 20 }),
      "millrace, 10,000": pace("millrace", { connections: 10_000, rate: 20 }),
      millrace: paced.millrace,
      "better-sse": paced["better-sse"],
    },
    targets: [
      {
        what: "10,000 over 10 connections",
        value: over("medianCallNs", "millrace, 10,000", "millrace, 10"),
        atMost: 1.5,
      },
      { what: "× better-sse, 1,000", value: over("medianCallNs", "millrace", "better-sse"), atMost: 1 / 100 },
      { what: "× better-sse, thread busy", value: over("busyNsPerEvent", "millrace", "better-sse") },
    ],
  },
  {
    id: "cpu",
    title: "CPU a delivery, 50/s, 1,000 connections",
    needs: paced,
    targets: [
      { what: "× bare loop", value: over("cpuNsPerDelivery", "millrace", "bare"), atMost: 1.25 },
      { what: "× better-sse", value: over("cpuNsPerDelivery", "millrace", "better-sse"), atMost: 0.6 },
    ],
  },
  {
    id: "latency",
    title: "p99 publish to receipt, 50/s, 1,000 connections",
    needs: paced,
    targets: [{ what: "× better-sse", value: over("p99Ns", "millrace", "better-sse"), atMost: 0.6 }],
  },
  {
    id: "stalled",
    title: "one stalled among 1,000, 4 KB, 50/s",
    needs: {
      "one stalled": pace("millrace", { ...large, connections: 999, stalled: 1 }),
      "none stalled": pace("millrace", { ...large, connections: 999 }),
    },
    targets: [
      { what: "p99 × without", value: over("p99Ns", "one stalled", "none stalled"), atMost: 1.2 },
      {
        what: "memory, MiB more",
        value: (m) => (m["one stalled"].rssBytes - m["none stalled"].rssBytes) / 1024 ** 2,
        atMost: 8, // the log's bound
      },
    ],
  },
  {
    id: "gzip",
    title: "gzip, 4 KB JSON, 50/s, 1,000 connections",
    needs: {
      gzip: pace("millrace-gzip", { ...gzip, gzip: true }),
      uncompressed: pace("millrace-gzip", gzip),
    },
    targets: [
      { what: "CPU × uncompressed", value: over("cpuNsPerDelivery", "gzip", "uncompressed"), atMost: 1.3 },
      { what: "bytes × uncompressed", value: over("bytesPerDelivery", "gzip", "uncompressed"), atMost: 1 / 4 },
    ],
  },
  // No target; taken once, to show what the number of connections changes.
  ...sizes.map((size) => ({
    id: `cpu-${size.connections}`,
    title: `CPU a delivery, ${size.rate}/s, ${size.connections.toLocaleString("en")} connections`,
    once: true,
    needs: Object.fromEntries(Object.entries(paced).map(([name, at1000]) => [name, { ...at1000, ...size }])),
    targets: ["bare", "better-sse", "res-write", "nchan"].map((peer) => ({
      what: `× ${peer}`,
      value: over("cpuNsPerDelivery", "millrace", peer),
    })),
  })),
];
