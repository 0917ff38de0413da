"use client";

import { ConnectionBadge, useWorkflowStream, type WorkflowLog } from "millrace/react";
import { useState } from "react";
import { useTab } from "@/lib/client/tab";
import { DebugPanel } from "../debug-panel";
import { LogLines } from "../log-lines";
import { Problem } from "../problem";
import { type Toast, Toasts } from "../toasts";
import { Agents } from "./agents";
import { toastOf } from "./toast-of";
import { WorkflowButtons } from "./workflow-buttons";

/** One build, as all who look at it see it. `id` is null before the first. */
export function WorkflowView({ id }: { id: string | null }) {
  const tab = useTab();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const [problem, setProblem] = useState("");
  const stream = useWorkflowStream(tab === null ? null : id, {
    url: (workflowId) => `/api/workflows/${encodeURIComponent(workflowId)}/stream?tab=${tab}`,
    onEvent: (type, data) => {
      const toast = toastOf(type, data);
      if (toast) setToasts((before) => [{ ...toast, id: `${type} ${before.length}` }, ...before]);
    },
  });
  const { workflow, agents, logs, notice, completed, error, reconnect } = stream;

  return (
    <main className="page-main">
      <section className="panel" aria-labelledby="workflow-title">
        <div className="panel-head">
          <h1 id="workflow-title">{workflow?.name ?? "Build and test the core"}</h1>
          <p className="run-status" data-status={workflow?.status ?? "idle"}>
            <span data-testid="workflow-status">{workflow?.status ?? "idle"}</span>
          </p>
          {id !== null && !completed && <ConnectionBadge result={stream} />}
          <WorkflowButtons id={id} status={workflow?.status} command={stream.command} onProblem={setProblem} />
        </div>
        <p className="lead">
          {id === null
            ? "Nothing was built yet. A build configures, compiles and tests Millrace’s own C++ core on this machine."
            : `Every open tab follows ${id}. It costs ${workflow?.totalCost ?? 0} of ${workflow?.budgetLimit ?? "–"} seconds.`}
        </p>
        <Problem text={problem || notice || workflow?.error || null} />
        {error !== null && (
          <button type="button" onClick={reconnect}>
            Try again
          </button>
        )}
        <Agents agents={agents} />
        <LogLines lines={logs.map(lineOf)} empty="The output appears here, in all open tabs at once." />
      </section>
      <DebugPanel stream={stream} tab={tab} />
      <Toasts notices={toasts} />
    </main>
  );
}

function lineOf({ level, message, timestamp }: WorkflowLog, at: number) {
  return { key: `${timestamp} ${at} ${message}`, text: message, tone: level };
}
