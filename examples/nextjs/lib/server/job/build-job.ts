import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { BUILDS_CHANNEL } from "../../build";
import { hub } from "../hub";
import { logs } from "../logs";
import { findProjectRoot } from "../project-root";
import { singleton } from "../singleton";
import { workflows } from "../workflows";
import { lineOf } from "./lines";
import { ProcessGroup } from "./process-group";
import { buildFolder, type Step, stepsOf } from "./steps";
import { StopWatch } from "./stop-watch";

/** A build costs the seconds that it takes. */
const BUDGET_SECONDS = 300;

const COUNT_MS = 5000;

/** What went wrong, in words that say nothing of where the project lies. */
function withoutRoot(error: unknown, root: string): string {
  const { code, syscall = "", path = "", message } = Object(error);
  if (code === "ENOENT" && String(syscall).startsWith("spawn"))
    return `${path} is not installed here, or MILLRACE_ROOT is no folder`;
  return String(message ?? error).replaceAll(root, ".");
}

/** One build of Millrace's own core, for everybody: a workflow, whose parts are its agents. */
class BuildJob {
  /** The workflow's, of the build that runs or ran last; empty: there was none. */
  id = "";
  #isRunning = false;
  #isPaused = false;
  #isCancelled = false;
  #clock = new StopWatch();
  #forgetCommands = () => {};
  #group: ProcessGroup | null = null;

  /** Starts it and gives its id; null while one is running. */
  start(): string | null {
    if (this.#isRunning) return null;
    const root = findProjectRoot();
    const id = `build-${randomUUID().slice(0, 8)}`;
    Object.assign(this, { id });
    this.#isRunning = true;
    this.#isPaused = this.#isCancelled = false;
    this.#clock = new StopWatch();
    this.#forgetCommands(); // of the build before: until now it has said that it has ended
    this.#forgetCommands = workflows.onCommand(id, (command) =>
      id === this.id ? this.command(command) : "The build has ended",
    );
    const steps = stepsOf(root);
    const about = { name: "Build and test the core", totalSteps: steps.length, budgetLimit: BUDGET_SECONDS };
    workflows.emit(id, "workflow:started", about);
    hub.publish(BUILDS_CHANNEL, { event: "build.started", data: { id } });
    void this.#run(id, root, steps);
    return id;
  }

  /** What its clients may ask for. */
  command(command: string): true | string {
    if (!this.#isRunning) return "The build has ended";
    switch (command) {
      case "pause":
        if (this.#isPaused) return "It is paused already";
        this.#setPaused(true);
        return true;
      case "resume":
        if (!this.#isPaused) return "It is not paused";
        this.#setPaused(false);
        return true;
      case "cancel":
        this.#isCancelled = true;
        this.#group?.terminate();
        return true;
      default:
        return "A build can be paused, resumed and cancelled";
    }
  }

  #setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#clock.setRunning(!isPaused);
    isPaused ? this.#group?.pause() : this.#group?.resume();
    workflows.emit(this.id, "workflow:running", {
      status: isPaused ? "paused" : "running",
      totalCost: this.#cost(),
    });
  }

  async #run(id: string, root: string, steps: readonly Step[]): Promise<void> {
    const counting = setInterval(
      () => this.#isPaused || workflows.emit(id, "workflow:running", { totalCost: this.#cost() }),
      COUNT_MS,
    );
    try {
      await rm(buildFolder(root), { recursive: true, force: true });
      for (const [at, step] of steps.entries()) await this.#runStep(id, root, step, at + 1);
      const totalCost = this.#cost();
      workflows.emit(id, "workflow:completed", { duration: totalCost * 1000, totalCost, iterations: 1 });
    } catch (error) {
      const why = this.#isCancelled ? "Cancelled" : withoutRoot(error, root);
      workflows.emit(id, "workflow:running", { totalCost: this.#cost() });
      workflows.emit(id, "workflow:failed", { error: why });
    } finally {
      this.#isRunning = false;
      clearInterval(counting);
    }
  }

  /** Throws where it fails. */
  async #runStep(id: string, root: string, step: Step, stepNumber: number): Promise<void> {
    if (this.#isCancelled) throw new Error("Cancelled");
    const { name, role, command, args } = step;
    const prompt = [command, ...args].join(" ").replaceAll(root, ".");
    const began = this.#cost();
    workflows.emit(id, "agent:started", { agentName: name, agentRole: role, stepNumber, prompt });
    const about = { start: `Running ${prompt}`, success: `The ${name} step has passed` };
    try {
      await logs.operation(name, name, about, ({ note }) => this.#execute(id, root, step, note));
    } catch (error) {
      const why = this.#isCancelled ? "Cancelled" : withoutRoot(error, root);
      workflows.emit(id, "agent:failed", { agentName: name, stepNumber, error: why });
      throw error;
    }
    const cost = Math.round((this.#cost() - began) * 10) / 10;
    workflows.emit(id, "agent:completed", { agentName: name, stepNumber, duration: cost * 1000, cost });
    workflows.emit(id, "workflow:running", { totalCost: this.#cost() });
  }

  async #execute(id: string, root: string, step: Step, note: (progress: string) => void): Promise<void> {
    let counted = "";
    this.#group = new ProcessGroup({ ...step, cwd: root }, (text) => {
      const { level, message } = lineOf(text, root);
      const [, done, total] = step.progress?.exec(text) ?? [];
      if (done !== undefined) counted = `${done} of ${total}`;
      workflows.emit(id, "agent:progress", { agentName: step.name, message: counted || message, level });
      workflows.emit(id, "log:created", { level, message });
      logs.emitLog(step.name, step.name, level, message);
      if (counted !== "") note(counted);
    });
    if (this.#isPaused) this.#group.pause();
    if (this.#isCancelled) this.#group.terminate();
    const code = await this.#group.exited;
    this.#group = null;
    if (this.#isCancelled) throw new Error("Cancelled");
    if (code !== 0) throw new Error(`${step.command} has ended ${code === null ? "by a signal" : `with ${code}`}`);
  }

  #cost(): number {
    return Math.round(this.#clock.ms / 100) / 10;
  }
}

export const job = singleton("build", () => new BuildJob());
