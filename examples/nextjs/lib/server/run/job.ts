import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { idleRun, type RunLine, type RunSnapshot, type RunState, type RunStep, SHOWN_LINES } from "../../run";
import { hub } from "../hub";
import { findProjectRoot } from "../project-root";
import { singleton } from "../singleton";
import { ProcessGroup } from "./process-group";
import { buildFolder, type Step, stepsOf } from "./steps";

const LONGEST_LINE = 400;
const CHANNEL = "run";

/** The one run that there is for everybody. All that happens to it goes into the channel "run". */
class RunJob {
  #root = "";
  #state: RunState = idleRun;
  #lines: RunLine[] = [];
  #count = 0;
  #startedAt = 0;
  #stepStartedAt = 0;
  #group: ProcessGroup | null = null;
  #isCancelled = false;

  /** Starts it and gives its id; null while one is running. */
  start(): string | null {
    if (this.#state.status === "running") return null;
    this.#root = findProjectRoot();
    const steps = stepsOf(this.#root);
    const waiting = steps.map(({ name }): RunStep => ({ name, status: "waiting", done: 0, total: 0, elapsedMs: 0 }));
    this.#state = { id: randomUUID(), status: "running", steps: waiting, elapsedMs: 0 };
    this.#lines = [];
    this.#count = 0;
    this.#isCancelled = false;
    this.#startedAt = performance.now();
    this.#publishState();
    void this.#run(steps);
    return this.#state.id;
  }

  /** Ends it; it counts as running until its last process has gone. False where nothing runs. */
  cancel(): boolean {
    if (this.#state.status !== "running") return false;
    this.#isCancelled = true;
    this.#group?.terminate();
    return true;
  }

  snapshot(): RunSnapshot {
    return { state: this.#now(), lines: this.#lines };
  }

  async #run(steps: readonly Step[]): Promise<void> {
    let hasPassed = true;
    try {
      await rm(buildFolder(this.#root), { recursive: true, force: true });
      for (const step of steps) {
        if (this.#isCancelled || !hasPassed) break;
        hasPassed = await this.#runStep(step);
      }
    } catch (error) {
      hasPassed = false;
      console.error(error);
    }
    this.#state = { ...this.#now(), status: this.#isCancelled ? "cancelled" : hasPassed ? "passed" : "failed" };
    this.#publishState();
  }

  async #runStep(step: Step): Promise<boolean> {
    this.#stepStartedAt = performance.now();
    this.#setStep(step, { status: "running" });
    this.#say(step, `$ ${[step.command, ...step.args].join(" ")}`);
    let hasPassed = false;
    try {
      this.#group = new ProcessGroup({ ...step, cwd: this.#root }, (text) => this.#say(step, text));
      hasPassed = (await this.#group.exited) === 0;
    } catch (error) {
      this.#say(step, `${step.command} does not start: ${error instanceof Error ? error.message : error}`);
    }
    this.#group = null;
    this.#setStep(step, { status: this.#isCancelled ? "cancelled" : hasPassed ? "passed" : "failed" });
    return hasPassed;
  }

  #say(step: Step, text: string): void {
    const found = step.progress?.exec(text);
    if (found) this.#changeStep(step, { done: Number(found[1]), total: Number(found[2]) });
    const { done = 0, total = 0 } = this.#state.steps.find(({ name }) => name === step.name) ?? {};
    this.#count += 1;
    // Where the project lies on this machine is nobody's business.
    const relative = text.replaceAll(this.#root, ".");
    const shown = relative.length > LONGEST_LINE ? `${relative.slice(0, LONGEST_LINE)}…` : relative;
    const line = { run: this.#state.id, n: this.#count, step: step.name, text: shown, done, total };
    this.#lines.push(line);
    if (this.#lines.length > SHOWN_LINES) this.#lines.shift();
    hub.publish(CHANNEL, { event: "run.line", data: line });
  }

  #setStep(step: Step, change: Partial<RunStep>): void {
    this.#changeStep(step, { ...change, elapsedMs: Math.round(performance.now() - this.#stepStartedAt) });
    this.#publishState();
  }

  #changeStep({ name }: Step, change: Partial<RunStep>): void {
    const steps = this.#state.steps.map((step) => (step.name === name ? { ...step, ...change } : step));
    this.#state = { ...this.#state, steps };
  }

  #publishState(): void {
    this.#state = this.#now();
    hub.publish(CHANNEL, { event: "run.state", data: this.#state });
  }

  #now(): RunState {
    if (this.#state.status !== "running") return this.#state;
    const now = performance.now();
    const steps = this.#state.steps.map((step) =>
      step.status === "running" ? { ...step, elapsedMs: Math.round(now - this.#stepStartedAt) } : step,
    );
    return { ...this.#state, steps, elapsedMs: Math.round(now - this.#startedAt) };
  }
}

export const job = singleton("run", () => new RunJob());
