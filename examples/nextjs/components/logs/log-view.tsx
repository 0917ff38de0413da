"use client";

import { ConnectionBadge, type LogLevel, type ShownLog, useLogStream } from "millrace/react";
import Link from "next/link";
import { useState } from "react";
import { LOCKED_ROOM, STEPS } from "@/lib/build";
import { call } from "@/lib/client/api";
import { useTab } from "@/lib/client/tab";
import { DebugPanel } from "../debug-panel";
import { LogLines } from "../log-lines";
import { Problem } from "../problem";

const LEVELS: readonly LogLevel[] = ["info", "warn", "error", "success"];

/** The log of one room. */
export function LogView({ room }: { room: string }) {
  const tab = useTab();
  const [levels, setLevels] = useState<readonly LogLevel[]>(LEVELS);
  const [frozen, setFrozen] = useState<readonly ShownLog[] | null>(null);
  const [problem, setProblem] = useState("");
  const stream = useLogStream(tab === null ? null : room, {
    url: (roomId) => `/api/rooms/${encodeURIComponent(roomId)}/logs?tab=${tab}`,
    ...(levels.length < LEVELS.length && { levels }),
  });
  const { logs, notice, error, reconnect, clear } = stream;
  const shown = frozen ?? logs;
  const toggle = (level: LogLevel) =>
    setLevels((before) => {
      const after = LEVELS.filter((one) => before.includes(one) !== (one === level));
      return after.length === 0 ? LEVELS : after;
    });
  const flood = () => {
    setProblem("");
    call("POST", `/api/rooms/${encodeURIComponent(room)}/flood`).catch((cause: Error) => setProblem(cause.message));
  };
  const isWaiting = stream.state === "connecting" && stream.attempts === 0;

  return (
    <main className="page-main">
      <section className="panel" aria-labelledby="logs-title">
        <div className="panel-head">
          <h1 id="logs-title">The log of {room}</h1>
          <ConnectionBadge result={stream} />
          <button type="button" onClick={() => setFrozen(frozen === null ? logs : null)}>
            {frozen === null ? "Pause" : "Go on"}
          </button>
          <button type="button" onClick={clear} disabled={frozen !== null}>
            Clear
          </button>
          {room !== LOCKED_ROOM && (
            <button type="button" className="quiet" onClick={flood}>
              Flood
            </button>
          )}
        </div>
        <nav className="row" aria-label="Rooms">
          {[...STEPS, LOCKED_ROOM].map((name) => (
            <Link key={name} className="chip" href={`/logs?room=${name}`} aria-current={name === room || undefined}>
              {name}
            </Link>
          ))}
        </nav>
        <fieldset className="row">
          <legend>Levels, chosen on the server</legend>
          {LEVELS.map((level) => (
            <label key={level}>
              <input type="checkbox" checked={levels.includes(level)} onChange={() => toggle(level)} /> {level}
            </label>
          ))}
        </fieldset>
        <Problem text={notice} />
        <Problem text={problem} />
        {error !== null && (
          <button type="button" onClick={reconnect}>
            Try again
          </button>
        )}
        <LogLines
          lines={shown.map(({ key, timestamp, level, message, count }) => ({
            key,
            text: `${timestamp.slice(11, 23)}  ${message}${count === undefined ? "" : ` (×${count})`}`,
            tone: level,
          }))}
          empty={
            isWaiting
              ? "The log is on its way…"
              : "Nothing was written into this room yet: start a build on the page “Workflow”, or flood it."
          }
        />
      </section>
      <DebugPanel stream={stream} tab={tab} />
    </main>
  );
}
