// The data of the bench's events: JSON whose first keys the load client reads. `c` is the channel (or type), `n` rises by one
// in it, `t` is when it was published.
const framing = "data: \n\n".length;

/**
 * A generator of data whose `data:` line with the empty line has about so many bytes. `counters` are the numbers so far, one a
 * channel: they go on when the size changes.
 */
export function payloads({ bytes, content, counters }) {
  const filling = content === "records" ? records(bytes) : padding(bytes);
  return (c) => {
    counters[c] += 1;
    return { c, n: counters[c], t: Number(process.hrtime.bigint()), p: filling(counters[c]) };
  };
}

function padding(bytes) {
  const rest = JSON.stringify({ c: 0, n: 1000, t: Number(process.hrtime.bigint()), p: "" }).length + framing;
  const text = "x".repeat(Math.max(0, bytes - rest));
  return () => text;
}

const states = ["queued", "running", "succeeded", "failed", "waiting for approval"];
const agents = ["planner", "researcher", "writer", "reviewer", "publisher"];

/** Progress records as an application would send: some 90 bytes each, no two alike. */
function records(bytes) {
  const record = (seed) => ({
    id: (seed * 2654435761) % 1_000_003,
    agent: agents[seed % agents.length],
    state: states[(seed * 7) % states.length],
    progress: ((seed * 37) % 1000) / 10,
    tokens: (seed * 977) % 50_000,
  });
  const count = Math.max(1, Math.round((bytes - framing - 60) / (JSON.stringify(record(12_345)).length + 1)));
  return (n) => Array.from({ length: count }, (_, index) => record(n * count + index));
}
