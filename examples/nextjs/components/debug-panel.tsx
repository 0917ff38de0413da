"use client";

import { type DebuggedStream, StreamDebugPanel } from "millrace/react";
import { useState } from "react";
import { call } from "@/lib/client/api";
import { Problem } from "./problem";

/** How the stream is in figures, and the button that cuts it as a broken network does. */
export function DebugPanel({ stream, tab }: { stream: DebuggedStream; tab: string | null }) {
  const [problem, setProblem] = useState("");
  return (
    <details className="debug" open>
      <summary>The connection</summary>
      <StreamDebugPanel stream={stream} always data-testid="debug" />
      <button
        type="button"
        disabled={tab === null}
        onClick={() => {
          setProblem("");
          call("POST", "/api/cut", { tab }).catch((error: Error) => setProblem(error.message));
        }}
      >
        Cut it
      </button>
      <Problem text={problem} />
      <p className="facts">
        Over HTTP/1.1 a browser opens six connections to a server, so a seventh open tab waits. With{" "}
        <code>shareAcrossTabs</code> all tabs need one; here each tab has its own, to be cut by itself.
      </p>
    </details>
  );
}
