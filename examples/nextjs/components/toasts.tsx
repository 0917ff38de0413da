import { useEffect, useState } from "react";

const SHOWN_TOASTS = 3;
const TOAST_MS = 6000;

export interface Toast {
  readonly id: string;
  readonly from: string;
  readonly text: string;
}

/** The newest messages, for a few seconds each. The newest is the first. */
export function Toasts({ notices }: { notices: readonly Toast[] }) {
  const [goneUpTo, setGoneUpTo] = useState<string | null>(null);
  const newest = notices[0]?.id ?? null;

  useEffect(() => {
    if (newest === null) return;
    const timer = setTimeout(() => setGoneUpTo(newest), TOAST_MS);
    return () => clearTimeout(timer);
  }, [newest]);

  const gone = notices.findIndex(({ id }) => id === goneUpTo);
  const shown = notices.slice(0, gone < 0 ? SHOWN_TOASTS : Math.min(gone, SHOWN_TOASTS));
  return (
    <section className="toasts" aria-live="polite" aria-label="Notifications">
      {shown.map((notice) => (
        <div key={notice.id} className="toast" data-testid="toast">
          <strong>{notice.from}</strong>
          <span>{notice.text}</span>
        </div>
      ))}
    </section>
  );
}
