import type { DemoEvent } from "../events";
import { idleRun, type RunLine, type RunState, SHOWN_LINES } from "../run";

/** The run as the page shows it. */
export interface RunView {
  state: RunState;
  lines: readonly RunLine[];
}

export const emptyRun: RunView = { state: idleRun, lines: [] };

/** The run after an event. Lines count from 1, so a snapshot and what is replayed beside it never show a line twice. */
export function reduceRun(view: RunView, event: DemoEvent): RunView {
  if (event.type === "run.snapshot") return event.data;
  if (event.type === "run.state") {
    return { state: event.data, lines: event.data.id === view.state.id ? view.lines : [] };
  }
  if (event.type === "run.line") return addLine(view, event.data);
  return view;
}

function addLine({ state, lines }: RunView, line: RunLine): RunView {
  if (line.run !== state.id || line.n <= (lines.at(-1)?.n ?? 0)) return { state, lines };
  const { done, total } = line;
  const steps = state.steps.map((step) => (step.name === line.step ? { ...step, done, total } : step));
  return { state: { ...state, steps }, lines: [...lines, line].slice(-SHOWN_LINES) };
}
