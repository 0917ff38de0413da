import type { WorkflowStream } from "millrace/react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { call } from "@/lib/client/api";

interface WorkflowButtonsProps {
  readonly id: string | null;
  /** `…`: it is on its way. */
  readonly status: string | undefined;
  readonly command: WorkflowStream["command"];
  readonly onProblem: (text: string) => void;
}

/** What can be done with a build, by anybody who looks at it. */
export function WorkflowButtons({ id, status, command, onProblem }: WorkflowButtonsProps) {
  const router = useRouter();
  const [isStarting, setIsStarting] = useState(false);
  const isUnderWay = status === "running" || status === "paused";
  const start = async () => {
    onProblem("");
    setIsStarting(true);
    try {
      await call("POST", "/api/workflows");
      router.replace("/workflow"); // whichever build it has shown
      router.refresh(); // the page then has the new build's id
    } catch (error) {
      onProblem((error as Error).message);
    } finally {
      setIsStarting(false);
    }
  };
  const ask = async (name: string) => {
    onProblem("");
    const { isAccepted, reason = "" } = await command(name);
    onProblem(isAccepted ? "" : reason);
  };
  const flood = () => {
    onProblem("");
    call("POST", `/api/workflows/${encodeURIComponent(id ?? "")}/flood`).catch((error: Error) =>
      onProblem(error.message),
    );
  };

  if (status === "…") return null; // nobody knows yet what can be done
  if (!isUnderWay) {
    return (
      <button type="button" className="primary" onClick={start} disabled={isStarting}>
        Build and test
      </button>
    );
  }
  return (
    <>
      <button type="button" onClick={() => ask(status === "paused" ? "resume" : "pause")}>
        {status === "paused" ? "Resume" : "Pause"}
      </button>
      <button type="button" onClick={() => ask("cancel")}>
        Cancel
      </button>
      <button type="button" className="quiet" onClick={flood}>
        Flood
      </button>
    </>
  );
}
