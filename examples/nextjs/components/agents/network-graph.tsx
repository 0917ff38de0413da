import type { AgentConnection, ShownAgent } from "millrace/react";

const WIDTH = 320;
const ROW = 56;
/** Each column holds those that nobody before them talks to. */
function columnsOf(agents: readonly ShownAgent[], connections: readonly AgentConnection[]): ShownAgent[][] {
  const columns: ShownAgent[][] = [];
  let rest = [...agents];
  while (rest.length > 0) {
    const waiting = new Set(connections.filter(({ from }) => rest.some(({ id }) => id === from)).map(({ to }) => to));
    const free = rest.filter(({ id }) => !waiting.has(id));
    const column = free.length > 0 ? free : rest; // a circle
    columns.push(column);
    rest = rest.filter((agent) => !column.includes(agent));
  }
  return columns;
}

/** Who talks to whom, and who works. */
export function NetworkGraph({
  agents,
  connections,
}: {
  agents: readonly ShownAgent[];
  connections: readonly AgentConnection[];
}) {
  const columns = columnsOf(agents, connections);
  const height = Math.max(1, ...columns.map(({ length }) => length)) * ROW;
  const places = new Map(
    columns.flatMap((column, x) =>
      column.map(({ id }, y) => {
        const place = { x: ((x + 0.5) * WIDTH) / columns.length, y: ((y + 0.5) * height) / column.length };
        return [id, place] as const;
      }),
    ),
  );
  return (
    <svg className="network" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label="Who talks to whom">
      {connections.map(({ from, to }) => {
        const [a, b] = [places.get(from), places.get(to)];
        return a && b && <line key={`${from} ${to}`} x1={a.x} y1={a.y} x2={b.x} y2={b.y} />;
      })}
      {agents.map(({ id, status }) => {
        const { x = 0, y = 0 } = places.get(id) ?? {};
        return (
          <g key={id} data-status={status} transform={`translate(${x} ${y})`}>
            <circle r="12" />
            <text y="26">{id}</text>
          </g>
        );
      })}
    </svg>
  );
}
