import { LogView } from "@/components/logs/log-view";
import { PageHeader } from "@/components/page-header";
import { LOCKED_ROOM, STEPS } from "@/lib/build";

export const metadata = { title: "Logs · Millrace, live" };

export default async function Page({ searchParams }: { searchParams: Promise<{ room?: string }> }) {
  const { room } = await searchParams;
  const known = [...STEPS, LOCKED_ROOM].find((name) => name === room) ?? STEPS[1];
  return (
    <>
      <PageHeader current="/logs" />
      <LogView key={known} room={known} />
    </>
  );
}
