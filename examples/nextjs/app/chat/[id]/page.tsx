import { connection } from "next/server";
import { ChatView } from "@/components/chat/chat-view";
import { PageHeader } from "@/components/page-header";
import { chatSource } from "@/lib/server/chat/answer";

export const metadata = { title: "Chat · Millrace, live" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await connection(); // who answers is a matter of the running server's environment
  return (
    <>
      <PageHeader current="/chat" />
      <ChatView id={(await params).id} source={chatSource()} />
    </>
  );
}
