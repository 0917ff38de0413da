"use client";

import { type DebuggedStream, StreamDebugPanel } from "millrace/react";
import { call } from "@/lib/client/api";

/** How the stream is in figures, and the button that cuts it as a broken network does. */
export function DebugPanel({ stream, tab }: { stream: DebuggedStream; tab: string | null }) {
  return (
    <details className="debug" open>
      <summary>The connection</summary>
      <StreamDebugPanel stream={stream} always data-testid="debug" />
      <button
        type="button"
        disabled={tab === null}
        onClick={() => void call("POST", "/api/cut", { tab }).catch(console.error)}
      >
        Cut it
      </button>
    </details>
  );
}
