// Deliveries a second. Each event of a burst has its own turn of the event loop (peers/lib/commands.mjs).
const burst = (peer, more = {}) => ({ measure: "burst", peer, connections: 1000, bytes: 140, ...more });
const rate = (measured) => measured.deliveriesPerSecond;

const peers = (more) => ({
  millrace: burst("millrace", more),
  "better-sse": burst("better-sse", more),
  "res-write": burst("res-write", more),
  nchan: burst("nchan", more),
  bare: burst("bare", more),
});

/** One target: Millrace's rate over a peer's. */
const times = (peer, atLeast, ours = "millrace") => ({
  what: `× ${peer}`,
  value: (m) => rate(m[ours]) / rate(m[peer]),
  atLeast,
});

const againstPeers = [times("better-sse", 150), times("res-write", 100), times("nchan", 80), times("bare")];

export const bursts = [
  { id: "burst", title: "burst, 1,000 connections, 140 B", needs: peers(), targets: againstPeers },
  { id: "burst-4k", title: "burst, 1,000 connections, 4 KB", needs: peers({ bytes: 4096 }), targets: againstPeers },
  {
    id: "filter",
    title: "burst, filter passes half, 140 B",
    needs: { millrace: burst("millrace", { path: "/half", kind: "half" }), "better-sse": burst("better-sse") },
    targets: [times("better-sse", 40)],
  },
  {
    id: "channels",
    title: "burst, three channels, 140 B",
    needs: { millrace: burst("millrace", { path: "/three", kind: "channels" }), "better-sse": burst("better-sse") },
    targets: [times("better-sse", 40)],
  },
  {
    id: "next",
    title: "burst, Next.js, direct writing, 140 B",
    needs: {
      millrace: burst("next-millrace", { path: "/millrace" }),
      "ReadableStream route": burst("next-readable", { path: "/readable" }),
    },
    targets: [times("ReadableStream route", 300)],
  },
  {
    id: "next-stream",
    title: "burst, Next.js, stream path, 140 B",
    needs: {
      millrace: burst("next-millrace", { path: "/stream" }),
      "ReadableStream route": burst("next-readable", { path: "/readable" }),
    },
    targets: [times("ReadableStream route", 3)],
  },
  // What follows has no target; they are taken once, to show what the number of connections and of turns changes.
  {
    id: "burst-together",
    title: "burst in one turn, 1,000 connections, 140 B",
    once: true,
    needs: peers({ together: true }),
    targets: [times("better-sse"), times("res-write"), times("nchan"), times("bare")],
  },
  ...[100, 10_000].map((connections) => ({
    id: `burst-${connections}`,
    title: `burst, ${connections.toLocaleString("en")} connections, 140 B`,
    once: true,
    needs: peers({ connections }),
    targets: [times("better-sse"), times("res-write"), times("nchan"), times("bare")],
  })),
];
