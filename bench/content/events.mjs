// The events of the content bench: what an agent's log has in it, with fixed contents.
const words = (
  "the quick agent found another source and compared it with what was known before so that the answer became better than " +
  "expected in most of the cases while the budget was kept"
).split(" ");

const record = (n) => ({
  timestamp: new Date(1795925106789 + n * 137).toISOString(),
  level: ["info", "warn", "success"][n % 3],
  agentType: "researcher",
  message: Array.from({ length: 12 }, (_, i) => words[(n * 7 + i * 3) % words.length]).join(" "),
  metadata: {
    userId: `u-${n}`,
    roomId: `room-${n % 5}`,
    duration: n * 31,
    url: `https://example.com/articles/${n}?page=2`,
  },
});

/** Records that have so many characters of JSON together. */
function recordsOf(characters) {
  const records = [];
  for (let size = 0; size < characters; size += JSON.stringify(records.at(-1)).length + 1) {
    records.push(record(records.length + 1));
  }
  return records;
}

export const clean = () => ({ type: "log", records: recordsOf(10_000) });

/** With a password in the middle. */
export function withSecret() {
  const event = clean();
  const at = Math.floor(event.records.length / 2);
  event.records[at].metadata.password = "hunter2";
  return event;
}

/** The state of a workflow with so many agents, of which one says something with this number. */
export function workflow(agents, number) {
  const agent = (n) => ({
    ...{ agentName: `agent-${n}`, agentRole: "developer", stepNumber: n, status: "running" },
    ...{ message: `compiling module number ${n === agents >> 1 ? number : n} of many, it takes a while` },
    ...{ level: "info", cost: n % 100 },
  });
  const all = Array.from({ length: agents }, (_, n) => [`agent-${n}`, agent(n)]);
  return { workflowId: "wf_1", name: "build", status: "running", agents: Object.fromEntries(all), totalCost: 12.5 };
}

export const largeList = () => ({ level: "error", message: "too much", records: recordsOf(1_000_000) });
export const largeTexts = () => ({
  level: "error",
  message: "too much",
  body: "x y ".repeat(125_000),
  stack: "at line 5\n".repeat(50_000),
});
