import { RefreshOnEvent } from "millrace/next";
import { connection } from "next/server";
import { PageHeader } from "@/components/page-header";
import { WorkflowView } from "@/components/workflow/workflow-view";
import { job } from "@/lib/server/job/build-job";

export const metadata = { title: "Workflow · Millrace, live" };

export default async function Page({ searchParams }: { searchParams: Promise<{ id?: string }> }) {
  await connection();
  const { id: asked } = await searchParams;
  const id = asked || job.id;
  return (
    <>
      <PageHeader current="/workflow" />
      <RefreshOnEvent url="/api/builds" events={["build.started"]} shareAcrossTabs />
      <WorkflowView key={id} id={id || null} />
    </>
  );
}
