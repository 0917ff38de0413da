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

const MOST_TOASTS = 20;
let toastsSoFar = 0;

/** One build, as all who look at it see it. `id` is null before the first. */
export function WorkflowView({ id }: { id: string | null }) {
  const tab = useTab();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const [problem, setProblem] = useState("");
  const stream = useWorkflowStream(tab === null ? null : id, {
    url: (workflowId) => `/api/workflows/${encodeURIComponent(workflowId)}/stream?tab=${tab}`,
    onEvent: (type, data) => {
      const toast = toastOf(type, data);
      if (toast) setToasts((before) => [{ ...toast, id: `${type} ${++toastsSoFar}` }, ...before].slice(0, MOST_TOASTS));
    },
  });
  const { workflow, agents, logs, notice, completed, error, reconnect } = stream;
  // A build whose server has gone is not known any more, whatever was known of it.
  const status = error === null ? workflow?.status : undefined;
  const isWaiting = id !== null && workflow === null && error === null;
  const shownStatus = status ?? (isWaiting ? "…" : "idle");

  return (
    <main className="page-main">
      <section className="panel" aria-labelledby="workflow-title">
        <div className="panel-head">
          <h1 id="workflow-title">{workflow?.name ?? "Build and test the core"}</h1>
          <p className="run-status" data-status={status ?? "idle"}>
            <span data-testid="workflow-status">{shownStatus}</span>
          </p>
          {id !== null && !completed && <ConnectionBadge result={stream} />}
          <WorkflowButtons id={id} status={isWaiting ? "…" : status} command={stream.command} onProblem={setProblem} />
        </div>
        <p className="lead">
          {id === null
            ? "Nothing was built yet. A build configures, compiles and tests Millrace’s own C++ core on this machine."
            : `Every open tab follows ${id}. It costs ${workflow?.totalCost ?? 0} of ${workflow?.budgetLimit ?? "–"} seconds.`}
        </p>
        <Problem text={notice || workflow?.error || null} />
        <Problem text={problem} />
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

/** The same record has the same key, wherever it stands in the list. */
const keys = new WeakMap<WorkflowLog, number>();
let keysSoFar = 0;

function lineOf(log: WorkflowLog) {
  const key = keys.get(log) ?? ++keysSoFar;
  keys.set(log, key);
  return { key, text: log.message, tone: log.level };
}
