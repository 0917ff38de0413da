import type { ResumeVerdict, SessionState } from "millrace/react";
import { useEffect, useState } from "react";

const VERDICT_MS = 5000;

const meaning: Record<ResumeVerdict["verdict"], string> = {
  continued: "nothing was lost",
  gap: "some events were no longer held",
  reset: "the server began anew",
};

/** How the connection is, as text and colour; after a reconnect also how it continues the one before. */
export function ConnectionBadge({ state, resume }: { state: SessionState; resume: ResumeVerdict | null }) {
  const shown = useForAMoment(resume);
  return (
    <p className="badge" role="status" data-state={state}>
      <span className="dot" aria-hidden="true" />
      <span data-testid="state">{state}</span>
      {shown && (
        <span className="verdict" data-testid="verdict" data-verdict={shown.verdict} title={meaning[shown.verdict]}>
          resumed: {shown.verdict}
        </span>
      )}
    </p>
  );
}

function useForAMoment<Value>(value: Value | null): Value | null {
  const [shown, setShown] = useState<Value | null>(null);
  useEffect(() => {
    if (value === null) return;
    setShown(value);
    const timer = setTimeout(() => setShown(null), VERDICT_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return shown;
}
