import { memo, useLayoutEffect, useRef } from "react";
import type { RunLine } from "@/lib/run";

const NEAR_PX = 40;
/** ctest fills the line up to the longest name. */
const CTEST_DOTS = / ?\.{4,} */;

/** The output; it stays at its end unless somebody scrolls up. */
export function RunOutput({ lines }: { lines: readonly RunLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what moves the end.
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);

  const onScroll = () => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
  };

  return (
    // A log that is read out line by line would never end; its status is announced instead.
    <section className="output" ref={box} onScroll={onScroll} aria-label="Output" data-testid="output" tabIndex={-1}>
      {lines.length === 0 && <p className="empty">The output appears here, in all open tabs at once.</p>}
      {lines.map((line) => (
        <Line key={line.n} line={line} />
      ))}
    </section>
  );
}

const Line = memo(function Line({ line: { n, text } }: { line: RunLine }) {
  return (
    <div className="line" data-tone={toneOf(text)} data-n={n}>
      {text.replace(CTEST_DOTS, " … ") || "\u00a0"}
    </div>
  );
});

function toneOf(text: string): string | undefined {
  if (text.startsWith("$ ")) return "command";
  if (/\*\*\*|\berror:|^FAILED/i.test(text)) return "bad";
  if (/ Passed |100% tests passed/.test(text)) return "good";
  if (/^\s*Start /.test(text)) return "faint";
  return undefined;
}
