import { ConnectionBadge as HealthBadge } from "millrace/react";
import type { ReactNode } from "react";
import { call } from "@/lib/client/api";
import type { Demo } from "@/lib/client/use-demo";
import { ConnectionBadge } from "./connection-badge";
import { Logo } from "./logo";

/** What the connection does, and the button that cuts it. */
export function Header({ demo }: { demo: Demo }) {
  const { connection, stream, received, duplicates, reconnects, connections } = demo;
  const { state, resume, lastEventId, isConnected } = connection;
  return (
    <header className="header">
      <div className="header-row">
        <h1>
          <Logo />
          Millrace
        </h1>
        <p className="tagline">Every event once, in order, across reconnects.</p>
        <ConnectionBadge state={state} resume={resume} />
        <button
          type="button"
          className="quiet"
          disabled={!isConnected || stream === null}
          onClick={() => void call("POST", "/api/drop", { stream }).catch(console.error)}
        >
          Drop my connection
        </button>
      </div>
      <dl className="figures">
        <Figure name="Events received" value={received.toLocaleString("en")} id="received" />
        <Figure name="Duplicates" value={duplicates} id="duplicates" tone={duplicates === 0 ? "good" : "bad"} />
        <Figure name="Reconnects" value={reconnects} id="reconnects" />
        <Figure name="Open connections" value={connections} id="connections" />
        <Figure name="Health" value={<HealthBadge result={connection} />} id="health" />
        <Figure name="Last event id" value={lastEventId || "–"} id="last-event-id" />
      </dl>
    </header>
  );
}

interface FigureProps {
  name: string;
  value: ReactNode;
  id: string;
  tone?: "good" | "bad";
}

function Figure({ name, value, id, tone }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-testid={id} data-tone={tone}>
        {value}
      </dd>
    </div>
  );
}
