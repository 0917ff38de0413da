import { connection } from "next/server";
import { AgentsView } from "@/components/agents/agents-view";
import { PageHeader } from "@/components/page-header";
import { chatSource } from "@/lib/server/chat/answer";

export const metadata = { title: "Agents · Millrace, live" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await connection(); // who answers is a matter of the running server's environment
  return (
    <>
      <PageHeader current="/agents" />
      <AgentsView id={(await params).id} source={chatSource()} />
    </>
  );
}
