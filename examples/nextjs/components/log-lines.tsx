import { memo, type ReactNode, useLayoutEffect, useRef } from "react";

const NEAR_PX = 40;

export interface ShownLine {
  readonly key: number | string;
  readonly text: string;
  readonly tone: string;
}

/** Lines of a log; it stays at its end unless somebody scrolls up. */
export function LogLines({ lines, empty }: { lines: readonly ShownLine[]; empty: ReactNode }) {
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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by the keyboard
    <section className="output" ref={box} onScroll={onScroll} aria-label="Log" data-testid="output" tabIndex={0}>
      {lines.length === 0 && <p className="empty">{empty}</p>}
      {lines.map((line) => (
        <Line key={line.key} text={line.text} tone={line.tone} />
      ))}
    </section>
  );
}

const Line = memo(function Line({ text, tone }: { text: string; tone: string }) {
  return (
    <div className="line" data-tone={tone}>
      {text}
    </div>
  );
});
