import Link from "next/link";
import { Logo } from "./logo";
import { PAGES } from "./pages-panel";

/** Where one is, and where one can go. */
export function PageHeader({ current }: { current: (typeof PAGES)[number]["href"] }) {
  return (
    <header className="header">
      <div className="header-row">
        <Link className="brand" href="/">
          <Logo />
          Millrace
        </Link>
        <nav className="nav" aria-label="Pages">
          {PAGES.map(({ href, name }) => (
            <Link key={href} href={href} aria-current={href === current ? "page" : undefined}>
              {name}
            </Link>
          ))}
        </nav>
      </div>
    </header>
  );
}
