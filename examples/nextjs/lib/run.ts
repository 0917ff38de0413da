export type StepName = "configure" | "compile" | "test";
export type StepStatus = "waiting" | "running" | "passed" | "failed" | "cancelled";
export type RunStatus = "idle" | "running" | "passed" | "failed" | "cancelled";

export interface RunStep {
  name: StepName;
  status: StepStatus;
  /** What the tool says of its progress: `done` of `total`. 0 of 0 while it says nothing. */
  done: number;
  total: number;
  elapsedMs: number;
}

export interface RunState {
  /** Names the run; empty before the first. */
  id: string;
  status: RunStatus;
  steps: RunStep[];
  /** At the moment when this state was published. */
  elapsedMs: number;
}

/** One line of output, with the progress that it shows. */
export interface RunLine {
  run: string;
  /** Counts the run's lines from 1. */
  n: number;
  step: StepName;
  text: string;
  done: number;
  total: number;
}

/** What a tab that comes later needs: the state, and the last lines. */
export interface RunSnapshot {
  state: RunState;
  lines: RunLine[];
}

/** How many lines a snapshot holds and a page shows. */
export const SHOWN_LINES = 1000;

export const idleRun: RunState = { id: "", status: "idle", steps: [], elapsedMs: 0 };
