// Resident memory after full collections.
const idle = (peer) => ({ measure: "idle", peer, connections: 10_000 });
const lag = (connections) => ({ measure: "lag", peer: "millrace", connections });
const over = (key, ours, theirs) => (m) => m[ours][key] / m[theirs][key];

export const memory = [
  {
    id: "idle",
    title: "memory an idle connection, 10,000",
    needs: {
      millrace: idle("millrace"),
      "better-sse": idle("better-sse"),
      "res-write": idle("res-write"),
      nchan: idle("nchan"),
      bare: idle("bare"),
    },
    targets: [
      { what: "× better-sse", value: over("bytesPerConnection", "millrace", "better-sse"), atMost: 1 / 10 },
      { what: "× res-write", value: over("bytesPerConnection", "millrace", "res-write"), atMost: 1 / 5 },
    ],
  },
  {
    id: "lag",
    title: "memory added by 500 lagging events of 4 KB",
    needs: { "10,000 lag": lag(10_000), "one lags": lag(1) },
    targets: [{ what: "10,000 over one", value: over("addedBytes", "10,000 lag", "one lags"), atMost: 1.1 }],
  },
];
