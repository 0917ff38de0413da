import { useState } from "react";
import { call } from "@/lib/client/api";
import type { RunView } from "@/lib/client/run-view";
import { seconds, useElapsed } from "@/lib/client/use-elapsed";
import type { RunStatus } from "@/lib/run";
import { RunOutput } from "./run-output";
import { RunSteps } from "./run-steps";

const said: Record<RunStatus, string> = {
  idle: "not started",
  running: "running",
  passed: "passed",
  failed: "failed",
  cancelled: "cancelled",
};

/** A real job on the server's machine, the same in all tabs. */
export function RunPanel({ run: { state, lines } }: { run: RunView }) {
  const [problem, setProblem] = useState("");
  const isRunning = state.status === "running";
  const elapsedMs = useElapsed(state.elapsedMs, isRunning);

  const act = (method: "POST" | "DELETE") => {
    setProblem("");
    call(method, "/api/run").catch((error: Error) => setProblem(error.message));
  };

  return (
    <section className="panel run" aria-labelledby="run-title">
      <div className="panel-head">
        <h2 id="run-title">Run</h2>
        <p className="run-status" data-status={state.status}>
          <span data-testid="run-status">{said[state.status]}</span>
          {state.id && <span className="elapsed">{seconds(elapsedMs)}</span>}
        </p>
        {isRunning ? (
          <button type="button" onClick={() => act("DELETE")}>
            Cancel
          </button>
        ) : (
          <button type="button" className="primary" onClick={() => act("POST")}>
            Build and test
          </button>
        )}
      </div>
      <p className="lead">
        Configures, compiles and tests Millrace’s own C++ core on the server. Every line goes to every open tab.
      </p>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <RunSteps steps={state.steps} />
      <RunOutput lines={lines} />
    </section>
  );
}
