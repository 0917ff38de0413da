import type { AgentState } from "millrace/react";
import { STEPS } from "@/lib/build";

/** The steps of a build: what each is at, or has come to. */
export function Agents({ agents }: { agents: readonly AgentState[] }) {
  const byName = new Map(agents.map((agent) => [agent.agentName, agent]));
  return (
    <ol className="steps">
      {STEPS.map((name) => (
        <Agent key={name} agent={byName.get(name) ?? { agentName: name }} />
      ))}
    </ol>
  );
}

function Agent({ agent: { agentName, status, message, duration, error, prompt } }: { agent: AgentState }) {
  const [, done, total] = /^(\d+) of (\d+)$/.exec(message ?? "") ?? [];
  const part = status === "completed" ? 1 : total ? Number(done) / Number(total) : 0;
  const isUnknown = status === "running" && !total;
  const said = error ?? (total ? `${done} of ${total}` : (status ?? "waiting"));
  return (
    <li data-status={status ?? "waiting"} data-testid={`step-${agentName}`} title={prompt}>
      <span className="step-name">{agentName}</span>
      <span className="step-count">{said}</span>
      <span className="step-time">{duration === undefined ? "" : `${duration / 1000} s`}</span>
      <span
        className={isUnknown ? "bar unknown" : "bar"}
        role="progressbar"
        aria-label={agentName}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={isUnknown ? undefined : Math.round(part * 100)}
        aria-valuetext={said}
      >
        <span style={isUnknown ? undefined : { transform: `scaleX(${part})` }} />
      </span>
    </li>
  );
}
