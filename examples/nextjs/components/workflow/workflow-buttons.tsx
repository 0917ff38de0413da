import type { WorkflowStream } from "millrace/react";
import { useRouter } from "next/navigation";
import { call } from "@/lib/client/api";

interface WorkflowButtonsProps {
  readonly id: string | null;
  readonly status: string | undefined;
  readonly command: WorkflowStream["command"];
  readonly onProblem: (text: string) => void;
}

/** What can be done with a build, by anybody who looks at it. */
export function WorkflowButtons({ id, status, command, onProblem }: WorkflowButtonsProps) {
  const router = useRouter();
  const isUnderWay = status === "running" || status === "paused";
  const start = async () => {
    onProblem("");
    try {
      await call("POST", "/api/workflows");
      router.refresh(); // the page then has the new build's id
    } catch (error) {
      onProblem((error as Error).message);
    }
  };
  const ask = async (name: string) => {
    const { isAccepted, reason = "" } = await command(name);
    onProblem(isAccepted ? "" : reason);
  };
  const flood = () => call("POST", `/api/workflows/${id}/flood`).catch((error: Error) => onProblem(error.message));

  if (!isUnderWay) {
    return (
      <button type="button" className="primary" onClick={start}>
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
