import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "./globals.css";

export const metadata: Metadata = {
  title: "Millrace, live",
  description: "Server-Sent Events for Next.js: every event once, in order, across reconnects.",
};

export const viewport: Viewport = { colorScheme: "light dark" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <noscript>
          <p className="panel">The demo needs JavaScript: what comes over the streams is shown by it.</p>
        </noscript>
        {children}
      </body>
    </html>
  );
}
