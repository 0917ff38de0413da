"use client";

import type { ChatSource } from "@/lib/chat";
import { useDemo } from "@/lib/client/use-demo";
import { ChatPanel } from "./chat-panel";
import { Header } from "./header";
import { NotifyPanel } from "./notify-panel";
import { PagesPanel } from "./pages-panel";
import { Snippets } from "./snippets";
import { Toasts } from "./toasts";

/** The whole page, over one connection. */
export function Demo({ source }: { source: ChatSource }) {
  const demo = useDemo();
  return (
    <>
      <Header demo={demo} />
      <main className="panels">
        <PagesPanel />
        <ChatPanel chat={demo.chat} tab={demo.tab} source={source} />
        <NotifyPanel notices={demo.notices} />
      </main>
      <Snippets />
      <Toasts notices={demo.notices} />
    </>
  );
}
