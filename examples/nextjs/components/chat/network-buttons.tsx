"use client";

import { useState } from "react";
import { call } from "@/lib/client/api";
import { Problem } from "../problem";

/** What may happen to a page while it is answered. */
export function NetworkButtons({ tab, stop, isBusy }: { tab: string; stop: () => Promise<unknown>; isBusy: boolean }) {
  const [problem, setProblem] = useState("");
  const tell = (what: Promise<unknown>) => {
    setProblem("");
    what.catch((error: Error) => setProblem(error.message));
  };
  return (
    <>
      <fieldset className="row" aria-label="What may happen">
        <button type="button" onClick={() => tell(call("POST", "/api/cut", { tab }))}>
          Cut the network
        </button>
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
        <button type="button" onClick={() => window.open(location.href, "_blank")}>
          Open a second tab
        </button>
        <button type="button" disabled={!isBusy} onClick={() => tell(stop())}>
          Stop, in every tab
        </button>
      </fieldset>
      <Problem text={problem} />
    </>
  );
}
