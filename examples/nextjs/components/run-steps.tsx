import { seconds, useElapsed } from "@/lib/client/use-elapsed";
import type { RunStep, StepName } from "@/lib/run";

const names: readonly StepName[] = ["configure", "compile", "test"];
const waiting = (name: StepName): RunStep => ({ name, status: "waiting", done: 0, total: 0, elapsedMs: 0 });

export function RunSteps({ steps }: { steps: readonly RunStep[] }) {
  return (
    <ol className="steps">
      {(steps.length > 0 ? steps : names.map(waiting)).map((step) => (
        <Step key={step.name} step={step} />
      ))}
    </ol>
  );
}

function Step({ step: { name, status, done, total, elapsedMs } }: { step: RunStep }) {
  const isRunning = status === "running";
  const shownMs = useElapsed(elapsedMs, isRunning);
  const part = status === "passed" ? 1 : total > 0 ? done / total : 0;
  const isUnknown = isRunning && total === 0;
  const counted = total > 0 ? `${done} of ${total}` : status;
  return (
    <li data-status={status} data-testid={`step-${name}`}>
      <span className="step-name">{name}</span>
      <span className="step-count">{counted}</span>
      <span className="step-time">{status === "waiting" ? "" : seconds(shownMs)}</span>
      <span
        className={isUnknown ? "bar unknown" : "bar"}
        role="progressbar"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={isUnknown ? undefined : Math.round(part * 100)}
        aria-valuetext={counted}
      >
        <span style={isUnknown ? undefined : { transform: `scaleX(${part})` }} />
      </span>
    </li>
  );
}
