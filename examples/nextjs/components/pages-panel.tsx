import Link from "next/link";

/** What there is beside this page. */
export const PAGES = [
  {
    href: "/workflow",
    name: "Workflow",
    lead: "Configures, compiles and tests Millrace’s own C++ core on the server: agents, steps, a budget. Pause it.",
  },
  { href: "/logs", name: "Logs", lead: "What that job says, room by room, as it says it. Flood a room." },
  { href: "/answer", name: "Answer", lead: "A text, word by word, kept on the server. Cut it in the middle." },
  { href: "/chat", name: "Chat", lead: "useChat of the AI SDK. Cut it, reload it, open it twice, stop it from there." },
  { href: "/agents", name: "Agents", lead: "An answer, and the five agents that work on it, side by side." },
  { href: "/catalogue", name: "Catalogue", lead: "A cached page of server components, new when an event says so." },
] as const;

export function PagesPanel() {
  return (
    <nav className="panel pages" aria-labelledby="pages-title">
      <h2 id="pages-title">What teams stream</h2>
      <ul>
        {PAGES.map(({ href, name, lead }) => (
          <li key={href}>
            <Link href={href}>{name}</Link>
            <p className="lead">{lead}</p>
          </li>
        ))}
      </ul>
    </nav>
  );
}
